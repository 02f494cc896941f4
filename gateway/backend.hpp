#pragma once
#include "mcp/tool_index.hpp"
#include "messages/backend.hpp"
