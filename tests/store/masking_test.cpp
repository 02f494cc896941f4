#include "store/kept_text.hpp"
#include "store/mask_tokens.hpp"
#include "store/secret_start.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;

namespace {

const std::string letters = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2dE3f";
const std::string jwt =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW";

} // namespace

BOOST_AUTO_TEST_SUITE(masking)

BOOST_AUTO_TEST_CASE(where_a_secret_may_begin_is_found_alike_by_pairs_and_by_blocks) {
  std::string text;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      text += (first + second) % 3 == 0 ? "a" : " "; // Within a word, or at its beginning.
      text += static_cast<char>(first);
      text += static_cast<char>(second);
    }
  std::vector<std::size_t> expected(text.size(), text.size()); // From each place on.
  for (std::size_t at = text.size() - 1; at-- > 0;)
    expected[at] = is_secret_start(text, at) ? at : expected[at + 1];
  for (const auto find : {find_secret_start, find_secret_start_plain})
    for (std::size_t at = 0; at < text.size(); ++at)
      if (find(text, at) != expected[at]) BOOST_FAIL("from " + std::to_string(at) + " on");
  // What stands before the place to look from is not found again, near the text's end either.
  for (std::size_t behind = 0; behind < 40; ++behind) {
    const std::string end = std::string(40, '.') + "ghp_" + std::string(behind, '.');
    for (std::size_t at = 0; at < end.size(); ++at) {
      BOOST_TEST(find_secret_start(end, at) == (at <= 40 ? 40 : end.size()));
      BOOST_TEST(find_secret_start_plain(end, at) == (at <= 40 ? 40 : end.size()));
    }
  }
  // At a text's end, where no whole block is left.
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string end = std::string(before, '.') + "ghp_";
    for (std::size_t length = 0; length <= end.size(); ++length) {
      const auto wanted = length < before + 2 ? length : before;
      BOOST_TEST(find_secret_start(end.substr(0, length), 0) == wanted);
      BOOST_TEST(find_secret_start_plain(end.substr(0, length), 0) == wanted);
    }
  }
}

BOOST_AUTO_TEST_CASE(well_known_tokens_are_masked_wherever_they_stand) {
  const std::vector<std::string> tokens{
      "ghp_" + letters,
      "gho_" + letters,
      "ghs_" + letters,
      "github_pat_11ABCDEFG0_" + letters,
      "glpat-" + letters,
      "sk-" + letters,
      "sk-proj-" + letters,
      "sk-ant-api03-" + letters,
      "xoxb-1234567890-" + letters,
      "xoxp-1234567890-abc",
      "AKIAIOSFODNN7EXAMPLE",
      "ASIAIOSFODNN7EXAMPLE",
      "npm_" + letters,
      "AIza" + letters,
      "sk_live_" + letters,
      jwt,
  };
  for (const auto& token : tokens)
    for (const auto& [before, after] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {"use ", " now"},
                                                          {"key=", "&x=1"},
                                                          {"(", ")"},
                                                          {"'", "'"},
                                                          {R"({"note":"line\n)", R"(\nnext"})"},
                                                          {R"({"note":"\u0027)", R"(\u0027"})"}}) {
      const auto out = mask_tokens(before + token + after);
      BOOST_REQUIRE_MESSAGE(out, before + token + after);
      BOOST_TEST(*out == before + "[redacted]" + after);
    }
}

BOOST_AUTO_TEST_CASE(a_secret_beside_its_word_is_masked_and_the_word_is_kept) {
  const std::pair<std::string, std::string> rows[] = {
      {"Authorization: Bearer abc12345.def", "Authorization: Bearer [redacted]"},
      {"authorization: bearer  " + letters + "==", "authorization: bearer  [redacted]"},
      {"curl -H \"Authorization: Bearer s3cr3t-token\" x",
       "curl -H \"Authorization: Bearer [redacted]\" x"},
      {"postgres://app:hunter2@db:5432/x", "postgres://app:[redacted]@db:5432/x"},
      {"https://me:p@ss@host/a", "https://me:[redacted]@host/a"},
      {"see https://me:p%40ss@host/a and http://:pw@h", "see https://me:[redacted]@host/a and "
                                                        "http://:[redacted]@h"},
      {R"({"url":"redis://u:p:q@h:1"})", R"({"url":"redis://u:[redacted]@h:1"})"},
  };
  for (const auto& [text, expected] : rows)
    BOOST_TEST(mask_tokens(text).value_or(text) == expected);
}

BOOST_AUTO_TEST_CASE(prose_and_names_are_left_as_they_are) {
  const std::string rows[] = {
      "",
      "sk-",
      "sk-learn-is-a-python-package",
      "task-1234567890123456789",
      "ghp_short1 ",
      "The bearer of good news",
      "Bearer authentication is needed",
      "a bearer token",
      "http://host:8080/a@b",
      "https://example.org/x:y@z",
      "mailto:me@example.org",
      "http://user@host/",
      "AKIA is a prefix",
      "AKIAlowercaseletters",
      "eyJ",
      "eyJhbGciOiJIUzI1NiJ9 ",
      "disk-" + letters,
      "0eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0 ",
      "xoxo-hugs-and-kisses",
      R"({"id":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","sha":"da39a3ee5e6b4b0d3255bfef95601890afd80709"})",
      "12:34://x",
      "://",
      ":///:@",
      "a://b:c d@e"};
  for (const auto& text : rows) BOOST_TEST(!mask_tokens(text), text);
}

BOOST_AUTO_TEST_CASE(a_json_text_stays_valid_and_a_cut_one_shows_no_whole_secret) {
  const nlohmann::json whole = {
      {"note", "token ghp_" + letters + "\nand \"Bearer " + letters + "\""},
      {"deep", {{"url", "https://u:" + letters + "@h/"}, {"jwt", {jwt}}}}};
  const auto text = whole.dump();
  const auto out = mask_tokens(text);
  BOOST_REQUIRE(out);
  BOOST_TEST(nlohmann::json::accept(*out), *out);
  BOOST_TEST(out->find(letters.substr(0, 12)) == out->npos, *out);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const std::string cut = text.substr(0, length);
    const auto masked = mask_tokens(cut).value_or(cut);
    BOOST_TEST(masked.find("ghp_" + letters.substr(0, 8)) == masked.npos, masked);
    BOOST_TEST(masked.find(jwt.substr(0, 16)) == masked.npos, masked);
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_a_call_is_masked) {
  const std::string arguments = R"({"text":"my key is sk-)" + letters + R"(","token":"x"})";
  const kept_text kept(arguments, 1'000, secret_set{});
  BOOST_TEST(kept.view() == R"({"text":"my key is [redacted]","token":"[redacted]"})");
}

BOOST_AUTO_TEST_CASE(hostile_text_takes_linear_time) {
  for (const char* piece : {"sk-", "sk-a", "eyJabcdef-", "eyJ", "eyJ.", "://", "://a:", "bearer ",
                            "ghp_a1", "\\n", "AKIA"}) {
    std::string text;
    while (text.size() < (1u << 20)) text += piece;
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(mask_tokens(text).value_or(text).size() <= 4 * text.size());
    // Some milliseconds; a quadratic pass would need hours.
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(20)), piece);
  }
}

BOOST_AUTO_TEST_SUITE_END()
