#pragma once
// The one place that includes Asio. Boost 1.74's awaitable.hpp needs <utility> first in C++20.
#include <utility>

#include <boost/asio.hpp>
