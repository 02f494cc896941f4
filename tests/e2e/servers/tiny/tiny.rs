// A small MCP server over stdio that needs no crate: its tool echo says its version and a text.
use std::io::{self, BufRead, Write};

/// What stands behind `"key":` up to the next comma or brace; a text without its quotes.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let at = line.find(&format!("\"{}\":", key))? + key.len() + 3;
    let rest = line[at..].trim_start();
    match rest.strip_prefix('"') {
        Some(text) => Some(&text[..text.find('"')?]),
        None => Some(&rest[..rest.find(|c| c == ',' || c == '}')?]),
    }
}

fn main() {
    let version = "@VERSION@";
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        let id = match value(&line, "id") {
            Some(id) => id,
            None => continue,
        };
        // Ids of the node are numbers or texts; either way they go back as they came.
        let id = if line.contains(&format!("\"id\":\"{}\"", id)) { format!("\"{}\"", id) } else { id.to_string() };
        let result = match value(&line, "method").unwrap_or("") {
            "initialize" => format!(
                "{{\"protocolVersion\":\"{}\",\"capabilities\":{{\"tools\":{{}}}},\"serverInfo\":{{\"name\":\"tiny\",\"version\":\"{}\"}}}}",
                value(&line, "protocolVersion").unwrap_or("2025-11-25"), version),
            "ping" => "{}".to_string(),
            "tools/list" => "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}}]}".to_string(),
            "tools/call" => format!(
                "{{\"content\":[{{\"type\":\"text\",\"text\":\"{} {}\"}}]}}", version, value(&line, "text").unwrap_or("")),
            _ => String::new(),
        };
        let body = if result.is_empty() {
            "\"error\":{\"code\":-32601,\"message\":\"unknown\"}".to_string()
        } else {
            format!("\"result\":{}", result)
        };
        println!("{{\"jsonrpc\":\"2.0\",\"id\":{},{}}}", id, body);
        io::stdout().flush().unwrap();
    }
}
