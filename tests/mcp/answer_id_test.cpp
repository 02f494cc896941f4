#include "mcp/answer_id.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore::mcp;

BOOST_AUTO_TEST_SUITE(answer_id)

BOOST_AUTO_TEST_CASE(the_id_is_found_before_its_result_and_nowhere_else) {
  const struct {
    const char* start;
    std::int64_t id; ///< 0 = none.
  } rows[] = {
      {R"({"jsonrpc":"2.0","id":7,"result":{"content":[{"text":"hhhh)", 7},
      {R"({"id":7,"jsonrpc":"2.0","error":{"message":"hhh)", 7},
      {R"( { "id" : 12 , "result" : )", 12},
      {R"({"id":7,"result":)", 7},
      {R"({"i\u0064":7,"result":"x)", 7},
      {R"({"_meta":{"id":3,"result":4},"id":7,"result":[)", 7},
      // Its id comes behind what is kept.
      {R"({"jsonrpc":"2.0","result":{"id":9,"text":"hhh)", 0},
      {R"({"result":"x","id":7})", 0},
      // A request or a notification of the server's own: the number is not ours.
      {R"({"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"x":"hhh)", 0},
      {R"({"method":"notifications/message","params":{"id":7,"result":"hhh)", 0},
      {R"({"id":7,"params":{"result":1},"method":"x","result":"hhh)", 0},
      // Cut off, or no answer of ours at all.
      {R"({"id":7)", 0},
      {R"({"id":7,"resul)", 0},
      {R"({"id":"7","result":"hhh)", 0},
      {R"({"id":7.5,"result":"hhh)", 0},
      {R"({"id":99999999999999999999,"result":"hhh)", 0},
      {R"([{"id":7,"result":"hhh)", 0},
      {"{{{{{{{{", 0},
      {"", 0},
      {"\x01\xff", 0},
  };
  for (const auto& row : rows) {
    const auto id = answered_id(row.start);
    BOOST_TEST(id.value_or(0) == row.id, row.start);
  }
  BOOST_TEST(!answered_id(std::string(4096, '[')));
}

BOOST_AUTO_TEST_SUITE_END()
