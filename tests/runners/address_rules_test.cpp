#include "loop/asio.hpp"
#include "runners/address_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

address_bytes address(const std::string& text) {
  using namespace boost::asio::ip;
  const auto x = make_address(text);
  return x.is_v6() ? x.to_v6().to_bytes() : make_address_v6(v4_mapped, x.to_v4()).to_bytes();
}

} // namespace

BOOST_AUTO_TEST_SUITE(address_rules)

BOOST_AUTO_TEST_CASE(an_address_reaches_as_far_as_its_range) {
  using reach = address_reach;
  const std::pair<const char*, reach> rows[] = {
      {"127.0.0.1", reach::loopback},
      {"127.255.255.255", reach::loopback},
      {"::1", reach::loopback},
      {"::ffff:127.0.0.1", reach::loopback},
      {"10.1.2.3", reach::inside},
      {"172.16.0.1", reach::inside},
      {"172.31.255.255", reach::inside},
      {"172.32.0.1", reach::elsewhere},
      {"172.15.0.1", reach::elsewhere},
      {"192.168.1.1", reach::inside},
      {"100.64.0.1", reach::inside},
      {"100.127.255.255", reach::inside},
      {"100.63.255.255", reach::elsewhere},
      {"100.128.0.1", reach::elsewhere},
      {"192.167.255.255", reach::elsewhere},
      {"192.169.0.1", reach::elsewhere},
      {"9.255.255.255", reach::elsewhere},
      {"11.0.0.1", reach::elsewhere},
      {"169.253.255.255", reach::elsewhere},
      {"fd12::1", reach::inside},
      {"fc00::1", reach::inside},
      {"fbff::1", reach::elsewhere},
      {"fe7f::1", reach::elsewhere},
      {"fec0::1", reach::inside},
      {"feff::1", reach::inside},
      {"64:ff9b:1::a9fe:a9fe", reach::inside},
      {"64:ff9b:2::1", reach::elsewhere},
      {"169.254.169.254", reach::link},
      {"::ffff:169.254.169.254", reach::link},
      {"64:ff9b::169.254.169.254", reach::link},
      {"2002:a9fe:a9fe::1", reach::link},
      {"::169.254.169.254", reach::link},
      {"fe80::1", reach::link},
      {"febf::1", reach::link},
      {"fd00:ec2::254", reach::link},
      {"0.0.0.0", reach::nowhere},
      {"0.1.2.3", reach::nowhere},
      {"::", reach::nowhere},
      {"224.0.0.1", reach::nowhere},
      {"223.255.255.255", reach::elsewhere},
      {"239.0.0.1", reach::nowhere},
      {"240.0.0.1", reach::nowhere},
      {"255.255.255.255", reach::nowhere},
      {"ff02::1", reach::nowhere},
      {"192.0.2.1", reach::nowhere},
      {"198.51.99.1", reach::elsewhere},
      {"198.51.100.1", reach::nowhere},
      {"203.0.113.1", reach::nowhere},
      {"::0.1.0.5", reach::nowhere}, // The IPv4 address 0.1.0.5.
      {"2001:db8::1", reach::nowhere},
      {"8.8.8.8", reach::elsewhere},
      {"2606:4700::1", reach::elsewhere},
      {"2002:0808:0808::1", reach::elsewhere},
      {"2002:7f00:1::", reach::loopback},
  };
  for (const auto& [text, expected] : rows) BOOST_TEST((reach_of(address(text)) == expected), text);
}

BOOST_AUTO_TEST_CASE(secrets_do_not_go_in_clear_through_the_internet_nor_to_a_clouds_own_keys) {
  for (const char* near : {"127.0.0.1", "10.0.0.1", "fd12::1"}) {
    BOOST_TEST(address_fault(address(near), false) == "", near);
    BOOST_TEST(address_fault(address(near), true) == "", near);
  }
  BOOST_TEST(address_fault(address("8.8.8.8"), true) == "");
  BOOST_TEST(address_fault(address("8.8.8.8"), false).find("use https://") != std::string::npos);
  for (const char* never : {"169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"})
    for (const bool tls : {false, true}) BOOST_TEST(!address_fault(address(never), tls).empty());
}

BOOST_AUTO_TEST_CASE(what_a_server_outside_tells_leads_nowhere_inside) {
  for (const char* inside : {"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "fd12::1",
                             "::ffff:10.0.0.1", "64:ff9b::7f00:1", "169.254.169.254", "0.0.0.0"})
    BOOST_TEST(!told_address_fault(address(inside)).empty(), inside);
  BOOST_TEST(told_address_fault(address("8.8.8.8")) == "");
  BOOST_TEST(told_address_fault(address("2606:4700::1")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
