"""What is asked of both: method and params as text, since the spelling of a value matters, too."""
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    name: str
    method: str
    params: str  # The members of the object, as JSON text without its braces.
    meta: str = ""  # Members of params._meta, likewise.


# Values that are read or written in more than one way.
VALUES = [
    '""', '"plain"', '" outer space "', r'"\u00e9"', '"é"', r'"\ud83d\ude00"', '"😀"', '"日本語"',
    r'"\"quoted\""', r'"back\\slash"', r'"a\/b"', r'"\b\f\n\r\t"', r'"\u0000"', r'"\u2028\u2029"',
    r'"\u003c\u0026"', '"</script>"', r'"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"',
    r'"\"id\":7,"', '"data: x"', r'"one\ntwo\n\n"', '"' + "x" * 20_000 + '"',
    '"' + "é" * 5_000 + '"',
    "0", "-0", "1", "-1", "1.0", "0.1", "1e3", "1E+3", "1e-7", "2.5e10", "9007199254740991",
    "9007199254740993", "12345678901234567890", "-12345678901234567890", "1e308", "1e-320",
    "3.141592653589793238462643", "true", "false", "null", "[]", "{}", "[[]]", "[null]",
    "[1, 2, 3]",
    '[ "a" , { "b" : [ ] } ]', '{"":0}', '{"id":1,"method":"ping","jsonrpc":"2.0"}',
    r'{"\u0061":1}', '{"é":"ü"}', '{"a":{"b":{"c":[1,{"d":null}]}}}', '{"result":{},"error":{}}',
    '{"params":{"name":"test_simple_text"}}', '{"_meta":{"progressToken":"not one"}}',
    "[" * 60 + "]" * 60, '{"a":' * 60 + "1" + "}" * 60, "[" + ",".join(map(str, range(2000))) + "]",
]
PLAIN = ["test_simple_text", "test_image_content", "test_audio_content", "test_embedded_resource",
         "test_multiple_content_types", "test_resource_link", "test_error_handling",
         "test_tool_with_progress", "json_schema_2020_12_tool"]
ASKING = ["test_input_required_result_elicitation", "test_input_required_result_sampling",
          "test_input_required_result_list_roots", "test_input_required_result_request_state",
          "test_input_required_result_multiple_inputs", "test_input_required_result_multi_round",
          "test_input_required_result_capabilities", "test_elicitation_sep1034_defaults",
          "test_elicitation_sep1330_enums", "test_streaming_elicitation"]
LISTS = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"]
URIS = ["test://static-text", "test://static-binary", "test://watched-resource",
        "test://template/123/data", "test://template/%C3%A9%20b/data", "test://template/é/data",
        "test://template//data", "test://nothing", "file:///etc/passwd", "nonsense", ""]


def call(tool, arguments=None):
    given = "" if arguments is None else f',"arguments":{arguments}'
    return f'"name":{json.dumps(tool)}{given}'


def corpus(modern):
    yield from lists_and_reads()
    yield from calls()
    yield from prompts_and_completions()
    yield from mistakes()
    if not modern:
        yield Asked("ping", "ping", "")
        yield Asked("logging/setLevel", "logging/setLevel", '"level":"warning"')
        for verb in ("subscribe", "unsubscribe"):
            yield Asked(f"resources/{verb}", f"resources/{verb}", '"uri":"test://watched-resource"')


def lists_and_reads():
    for method in LISTS:
        yield Asked(method, method, "")
    for uri in URIS:
        yield Asked(f"read {uri}", "resources/read", f'"uri":{json.dumps(uri)}')


def calls():
    for tool in PLAIN:
        yield Asked(f"call {tool}", "tools/call", call(tool))
        yield Asked(f"call {tool} {{}}", "tools/call", call(tool, "{}"))
    for token in ('"a"', '""', "7", "0", "9007199254740991", r'"\u00e9"'):
        yield Asked(f"progress {token}", "tools/call", call("test_tool_with_progress"),
                    f'"progressToken":{token}')
    for index, value in enumerate(VALUES):
        for shape in ('{"name":%s}', '{"name":"x","address":{"street":%s},"extra":[%s]}'):
            arguments = shape.replace("%s", value)
            yield Asked(f"echo {index} in {shape}", "tools/call",
                        call("json_schema_2020_12_tool", arguments))
        yield Asked(f"structured {index}", "tools/call",
                    call("test_structured_content", f'{{"city":{value}}}'))
    for region in ("eu", "eu west", " outer", "é", "=?base64?aGk=?=", ""):
        arguments = json.dumps({"region": region, "priority": 7, "verbose": True, "query": "q"})
        yield Asked(f"headers {region!r}", "tools/call", call("test_x_mcp_header", arguments))
    for tool in ASKING:
        yield Asked(f"ask by {tool}", "tools/call", call(tool, "{}"))
    yield Asked("ask by test_sampling", "tools/call", call("test_sampling", '{"prompt":"é?"}'))
    yield Asked("ask by test_elicitation", "tools/call",
                call("test_elicitation", '{"message":"?"}'))


def prompts_and_completions():
    for prompt in ("test_simple_prompt", "test_prompt_with_image",
                   "test_input_required_result_prompt"):
        yield Asked(f"prompt {prompt}", "prompts/get", call(prompt))
    for index, value in enumerate(value for value in VALUES if value.startswith('"')):
        arguments = f'{{"arg1":{value},"arg2":{value}}}'
        yield Asked(f"prompt with {index}", "prompts/get",
                    call("test_prompt_with_arguments", arguments))
        yield Asked(f"prompt embeds {index}", "prompts/get",
                    call("test_prompt_with_embedded_resource", f'{{"resourceUri":{value}}}'))
    for value in ("", "pa", "par", "test", "zzz", "é"):
        argument = f'"argument":{{"name":"arg1","value":{json.dumps(value)}}}'
        reference = '"ref":{"type":"ref/prompt","name":"test_prompt_with_arguments"}'
        yield Asked(f"complete {value!r}", "completion/complete", f"{reference},{argument}")
    yield Asked("complete a template", "completion/complete",
                '"ref":{"type":"ref/resource","uri":"test://template/{id}/data"},'
                '"argument":{"name":"id","value":"1"}')


def mistakes():
    for tool in ("nothing", "", "test_simple_text ", "é"):
        yield Asked(f"call unknown {tool!r}", "tools/call", call(tool, "{}"))
    yield Asked("prompt unknown", "prompts/get", call("nothing"))
    yield Asked("prompt without arguments", "prompts/get", call("test_prompt_with_arguments"))
    yield Asked("call with arguments no object", "tools/call", call("test_simple_text", "[1]"))
    yield Asked("read without uri", "resources/read", "")
    yield Asked("complete nothing", "completion/complete", "")
    yield Asked("unknown method", "nobody/knows", "")
    yield Asked("unknown notification as request", "notifications/nobody", "")
