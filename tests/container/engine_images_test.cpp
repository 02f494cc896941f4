#include "runners/container/engine_images.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(engine_images)

BOOST_AUTO_TEST_CASE(images_are_listed_with_their_names) {
  const std::string a(64, 'a');
  const auto all = read_images(
      {200, R"([{"Id":"sha256:)" + a +
                R"(","RepoTags":["x:1",7,"<none>:<none>"],"Size":5,"Created":9},{"Id":")" + a +
                R"(","RepoTags":null,"Size":-1}])"});
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->size() == 2u);
  BOOST_TEST((*all)[0].id == "sha256:" + a);
  BOOST_TEST((*all)[0].names == std::vector<std::string>{"x:1"}, boost::test_tools::per_element());
  BOOST_TEST((*all)[0].bytes == 5u);
  BOOST_TEST((*all)[0].made == 9);
  BOOST_TEST((*all)[1].names.empty());
  BOOST_TEST((*all)[1].bytes == 0u);
  for (const char* bad : {"", "{}", "[7]", R"([{"Id":"../x"}])", "[{}]"})
    BOOST_TEST(!read_images({200, bad}), bad);
}

BOOST_AUTO_TEST_CASE(they_are_asked_for_by_label_and_removed_by_name) {
  BOOST_TEST(images_request("toolscore.image", "n-1").target ==
             "/v1.41/images/json?filters=%7B%22label%22%3A%5B%22toolscore.image%3Dn-1%22%5D%7D");
  BOOST_TEST(remove_image_request("localhost/x:1").method == "DELETE");
  BOOST_TEST(remove_image_request("localhost/x:1").target == "/v1.41/images/localhost/x:1");
}

BOOST_AUTO_TEST_SUITE_END()
