#include "loop/asio.hpp"
#include "runners/port_holder_io.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace toolscore;
using boost::asio::ip::tcp;

BOOST_AUTO_TEST_SUITE(port_holder)

BOOST_AUTO_TEST_CASE(who_listens_is_named_whatever_the_address) {
  boost::asio::io_context io;
  for (const char* address : {"127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::"}) {
    tcp::acceptor held(io, tcp::endpoint(boost::asio::ip::make_address(address), 0));
    const auto told = holder_of_port(held.local_endpoint().port());
    BOOST_TEST(told.starts_with("pid " + std::to_string(::getpid()) + " ("), told);
  }
}

BOOST_AUTO_TEST_CASE(a_port_that_is_only_used_is_free) {
  boost::asio::io_context io;
  std::uint16_t port = 0;
  tcp::socket kept(io);
  {
    tcp::acceptor held(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    port = held.local_endpoint().port();
    kept.connect(held.local_endpoint());
    const auto accepted = held.accept();
    BOOST_TEST(!holder_of_port(port).empty());
  }
  BOOST_TEST(holder_of_port(port) == ""); // Its connections may be waiting for their end.
}

BOOST_AUTO_TEST_SUITE_END()
