"""An MCP server over stdio with computed forecasts."""
