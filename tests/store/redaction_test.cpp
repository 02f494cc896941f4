#include "store/kept_text.hpp"
#include "store/redact.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(redaction)

BOOST_AUTO_TEST_CASE(secret_names_are_told_from_harmless_ones) {
  for (const char* key : {"token",
                          "Token",
                          "access_token",
                          "githubToken",
                          "password",
                          "DB_PASSWORD",
                          "passwd",
                          "secret",
                          "client-secret",
                          "Authorization",
                          "api_key",
                          "apiKey",
                          "API-KEY",
                          "x-api-key",
                          "private_key",
                          "secretKey",
                          "AWS_SECRET_ACCESS_KEY",
                          "credentials",
                          "Set-Cookie",
                          "passphrase",
                          "bearer"})
    BOOST_TEST(names_a_secret(key), key);
  for (const char* key :
       {"", "to", "tokens", "max_tokens", "page_token", "nextPageToken", "progressToken", "key",
        "path", "author", "authors", "monkey", "passwords_file", "secretary"})
    BOOST_TEST(!names_a_secret(key), key);
  BOOST_TEST(!names_a_secret(std::string(1'000, 'x') + "token"));
}

BOOST_AUTO_TEST_CASE(values_of_secrets_are_hidden_at_any_depth) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"token":"abc"})", R"({"token":"[redacted]"})"},
      {R"({"DB_PASSWORD":"abc"})", R"({"DB_PASSWORD":"[redacted]"})"},
      {R"({"a":{"b":[{"api_key" : "x","c":1}]}})",
       R"({"a":{"b":[{"api_key" : "[redacted]","c":1}]}})"},
      {R"({"password":12345,"x":1})", R"({"password":"[redacted]","x":1})"},
      {R"({"password":-1.5e3})", R"({"password":"[redacted]"})"},
      {R"({"secret":{"deep":["a}]","b"]},"x":1})", R"({"secret":"[redacted]","x":1})"},
      {R"({"secrets":[1],"secret":["a",["b"]],"x":1})",
       R"({"secrets":[1],"secret":"[redacted]","x":1})"},
      {R"({"token":"a\"b\\","x":1})", R"({"token":"[redacted]","x":1})"},
      {R"({"token":"","password":"p","x":1})",
       R"({"token":"[redacted]","password":"[redacted]","x":1})"},
      {R"({"Authorization":"Bearer abc:def"})", R"({"Authorization":"[redacted]"})"},
      {"{\"token\"\n\t:\n \"a\"}", "{\"token\"\n\t:\n \"[redacted]\"}"},
  };
  for (const auto& [text, expected] : rows) {
    const auto out = redact(text);
    BOOST_REQUIRE_MESSAGE(out, text);
    BOOST_TEST(*out == expected);
    BOOST_TEST(nlohmann::json::accept(*out), *out);
  }
}

BOOST_AUTO_TEST_CASE(a_text_without_secrets_is_not_copied) {
  for (const char* text :
       {"", "{}", ":", "\":", R"({"path":"/a","url":"http://x:80/","n":{"t":1}})",
        R"({"token":null,"password":true,"secret":false})", R"(["token","password"])",
        R"({"note":"my password: abc"})", R"({"key":"token"})", R"({"max_tokens":5})"})
    BOOST_TEST(!redact(text), text);
}

BOOST_AUTO_TEST_CASE(json_quoted_inside_a_string_is_searched_too) {
  const nlohmann::json inner = {{"token", "abc\"d\\"}, {"n", {{"password", 5}}}, {"ok", "yes"}};
  const nlohmann::json outer = {{"text", inner.dump()}, {"tail", "kept"}};
  const nlohmann::json outermost = {{"text", outer.dump()}, {"tail", "kept too"}};
  for (const auto& value : {outer, outermost}) {
    const auto out = redact(value.dump());
    BOOST_REQUIRE(out);
    BOOST_TEST(out->find("abc") == std::string::npos, *out);
    auto parsed = nlohmann::json::parse(*out);
    while (parsed.contains("text")) {
      BOOST_TEST(parsed.contains("tail"));
      parsed = nlohmann::json::parse(parsed["text"].get<std::string>());
    }
    BOOST_TEST(parsed["token"] == "[redacted]");
    BOOST_TEST(parsed["n"]["password"] == "[redacted]");
    BOOST_TEST(parsed["ok"] == "yes");
  }
}

BOOST_AUTO_TEST_CASE(an_object_quoted_inside_a_string_is_hidden_whole) {
  const nlohmann::json inner = {{"secret", {{"a", "x}y"}, {"b", {1, 2}}}}, {"ok", 1}};
  const auto out = redact(nlohmann::json({{"text", inner.dump()}}).dump());
  BOOST_REQUIRE(out);
  const auto parsed = nlohmann::json::parse(nlohmann::json::parse(*out)["text"].get<std::string>());
  BOOST_TEST(parsed["secret"] == "[redacted]");
  BOOST_TEST(parsed["ok"] == 1);
}

BOOST_AUTO_TEST_CASE(broken_json_inside_a_string_hides_no_more_than_that_string) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"t":"{\"password\":\"S3","x":"kept"})",
       R"({"t":"{\"password\":\"[redacted]","x":"kept"})"},
      {R"({"t":"{\"secret\":{\"a\":[","x":"kept"})",
       R"({"t":"{\"secret\":\"[redacted]\"","x":"kept"})"},
      {R"({"t":"{\"secret\":12","x":"kept"})", R"({"t":"{\"secret\":\"[redacted]\"","x":"kept"})"},
      {R"({"t":"say \"token\":","x":"kept"})", nullptr},
  };
  for (const auto& [text, expected] : rows) {
    const auto out = redact(text);
    BOOST_TEST(out.has_value() == (expected != nullptr), text);
    if (!out) continue;
    BOOST_TEST(*out == expected);
    BOOST_TEST(nlohmann::json::accept(*out), *out);
  }
}

BOOST_AUTO_TEST_CASE(a_text_cut_off_anywhere_shows_no_part_of_a_secret) {
  const std::string whole =
      R"({"a":"b","token":"S3CRET\"S3CRET","o":{"secret":{"x":["S3CRET"]}},"t":"{\"password\":\"S3CRET\\\"\"}"})";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut = whole.substr(0, length); // an exact allocation, for the sanitizer
    const std::string out = redact(cut).value_or(cut);
    BOOST_TEST(out.find("S3") == std::string::npos, out);
  }
}

BOOST_AUTO_TEST_CASE(garbage_is_read_to_its_end) {
  std::string text;
  std::uint32_t seed = 7;
  for (int round = 0; round < 20'000; ++round) {
    text.clear();
    for (int i = 0; i < 24; ++i) {
      seed = seed * 1'664'525u + 1'013'904'223u;
      constexpr std::string_view pieces = "\"\"\"\\\\:{}[],t-1 ";
      const auto pick = seed >> 24;
      if (pick < 40)
        text += "\"token\"";
      else
        text += pieces[pick % pieces.size()];
    }
    const auto out = redact(std::string(text));
    BOOST_TEST(out.value_or(text).size() < 1'000u);
  }
}

BOOST_AUTO_TEST_CASE(a_kept_text_hides_what_is_known_beside_what_looks_like_a_secret) {
  secret_set known;
  known.add("plain-words-of-a-secret");
  const kept_text both(R"({"a":"plain-words-of-a-secret","token":"x"})", 1'000, known);
  BOOST_TEST(both.view() == R"({"a":"[redacted]","token":"[redacted]"})");
}

BOOST_AUTO_TEST_CASE(a_kept_text_is_cut_between_characters_and_then_searched) {
  const kept_text whole("abc", 3, secret_set{});
  BOOST_TEST(whole.view() == "abc");
  BOOST_TEST(whole.cut_from() == 0);
  const kept_text cut("abcd", 3, secret_set{});
  BOOST_TEST(cut.view() == "abc");
  BOOST_TEST(cut.cut_from() == 4);
  const kept_text character("ab\xE2\x82\xAC", 4, secret_set{});
  BOOST_TEST(character.view() == "ab");
  BOOST_TEST(character.cut_from() == 5);
  const std::string secret = R"({"token":")" + std::string(100, 's') + "\"}";
  const kept_text hidden(secret, 50, secret_set{});
  BOOST_TEST(hidden.view() == "{\"token\":\"[redacted]\"}"); // Which fits.
  BOOST_TEST(hidden.cut_from() == 0);
}

BOOST_AUTO_TEST_CASE(no_part_of_a_secret_is_kept_wherever_the_limit_falls) {
  const std::string plain = "plain-words-of-a-secret";
  secret_set known;
  known.add(plain);
  const std::string pass(200, 'p');
  const auto text =
      std::string(R"({"a":"see )") + plain + R"( or https://u:)" + pass + R"(@h/","b":")";
  for (const std::size_t behind : {0u, 100u, 3'000u}) {
    const auto raw = text + std::string(behind, 'z') + "\"}";
    for (std::size_t limit = 0; limit < raw.size(); ++limit) {
      const kept_text kept(raw, limit, known);
      BOOST_TEST(kept.view().size() <= limit);
      BOOST_TEST(kept.view().find("pla") == std::string_view::npos, kept.view());
      BOOST_TEST(kept.view().find("ppp") == std::string_view::npos, kept.view());
      const bool cut = raw.size() - kept.view().size() > plain.size() + pass.size() - 20;
      BOOST_TEST((kept.cut_from() == static_cast<std::int64_t>(cut ? raw.size() : 0)), limit);
    }
  }
  // What is looked at ends within one, and is short enough to be kept without what was hidden.
  for (std::size_t at = 1'200; at < 1'400; ++at) {
    const auto raw =
        R"({"token":")" + std::string(at, 'x') + R"(","a":")" + plain + std::string(3'000, 'z');
    const kept_text kept(raw, 300, known);
    BOOST_TEST(kept.view().find("pla") == std::string_view::npos, kept.view());
    BOOST_TEST(kept.cut_from() == static_cast<std::int64_t>(raw.size()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
