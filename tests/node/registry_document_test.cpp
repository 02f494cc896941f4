#include "config/server_config.hpp"
#include "node/sources/registry_document.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

registry_entry entry_of(const std::string& members) {
  const auto document = parse_reply(
      R"({"name":"io.github.x/y","description":"d","version":"1.0.0",)" + members + "}");
  BOOST_REQUIRE_MESSAGE(document, members);
  auto entry = read_registry_entry(*document);
  BOOST_REQUIRE(entry);
  return std::move(*entry);
}

std::string definition(const std::string& members, const given_values& given = {}) {
  const auto made = definition_of_registry(entry_of(members), given);
  return made ? compact(*made) : made.failure().detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(registry_document)

BOOST_AUTO_TEST_CASE(each_kind_of_package_and_remote_becomes_a_definition) {
  const std::string sum(64, 'a');
  const std::pair<std::string, std::string> rows[] = {
      {R"("packages":[{"registryType":"npm","identifier":"@x/y","version":"1.2.3","transport":{"type":"stdio"}}])",
       R"({"npm":"@x/y@1.2.3"})"},
      {R"("packages":[{"registry_type":"npm","identifier":"y","version":"1.2.3","registry_base_url":"https://r.example"}])",
       R"({"npm":"y@1.2.3","env":{"NPM_CONFIG_REGISTRY":"https://r.example"}})"},
      {R"("packages":[{"registryType":"pypi","identifier":"y","version":"1.2","registryBaseUrl":"https://pypi.org"}])",
       R"({"pypi":"y==1.2"})"},
      {R"("packages":[{"registryType":"oci","identifier":"ghcr.io/x/y:1.2"}])",
       R"({"image":"ghcr.io/x/y:1.2"})"},
      {R"("packages":[{"registryType":"oci","identifier":"r:5000/x/y","version":"1.2"}])",
       R"({"image":"r:5000/x/y:1.2"})"},
      {R"("packages":[{"registryType":"mcpb","identifier":"https://h/y.mcpb","fileSha256":")" +
           sum + R"("}])",
       R"({"mcpb":"https://h/y.mcpb","sha256":")" + sum + R"("})"},
      {R"("remotes":[{"type":"sse","url":"https://h/sse"}])",
       R"({"url":"https://h/sse","type":"sse"})"},
      // The first that can be run here.
      {R"("packages":[{"registryType":"nuget","identifier":"n"},{"registryType":"npm","identifier":"y","version":"^1"},)"
       R"({"registryType":"mcpb","identifier":"https://h/y"},{"registryType":"pypi","identifier":"y","version":"1"}])",
       R"({"pypi":"y==1"})"},
      {R"("packages":[{"registryType":"npm","identifier":"y","version":"1.0.0","transport":{"type":"streamable-http","url":"http://127.0.0.1:{PORT}/mcp"}}])",
       R"({"npm":"y@1.0.0","link":"http","url":"http://127.0.0.1:${PORT}/mcp"})"},
  };
  environment env;
  env.variable = [](std::string_view) { return std::optional<std::string>("x"); };
  for (const auto& [members, expected] : rows) {
    BOOST_TEST(definition(members) == expected);
    const auto read = parse_server("y", definition(members), server_policy{}, env);
    BOOST_TEST(static_cast<bool>(read), (read ? "" : read.failure().detail));
  }
}

BOOST_AUTO_TEST_CASE(inputs_are_fixed_given_or_usual_and_what_is_required_is_named) {
  const std::string package =
      R"("packages":[{"registryType":"npm","identifier":"y","version":"1.0.0",)";
  const std::string inputs = package + R"("packageArguments":[
        {"type":"named","name":"--dir","isRequired":true},
        {"type":"named","name":"--mode","default":"ro"},
        {"type":"positional","valueHint":"target","value":"{scheme}://{host}/{other}",
         "variables":{"scheme":{"default":"https"},"host":{"isRequired":true}}},
        {"type":"positional","valueHint":"rest"}],
      "environmentVariables":[
        {"name":"KEY","isRequired":true,"isSecret":true},{"name":"FIXED","value":"$${f}"},
        {"name":"MAYBE"}]}])";
  BOOST_TEST(definition(inputs).starts_with("io.github.x/y needs --dir, host, KEY: give each"));
  BOOST_TEST(definition(inputs, {{"--dir", "/d"}, {"host", "h"}, {"KEY", "${KEY}"}}) ==
             R"({"npm":"y@1.0.0","env":{"KEY":"${KEY}","FIXED":"$$${f}"},)"
             R"("args":["--dir","/d","--mode","ro","https://h/{other}"]})");
  BOOST_TEST(
      definition(R"("remotes":[{"type":"streamable-http","url":"https://{t}.h/mcp",
               "variables":{"t":{"isRequired":true}},
               "headers":[{"name":"Authorization","value":"Bearer {k}","variables":{"k":{"isRequired":true}}}]}])",
                 {{"t", "acme"}, {"k", "${K}"}}) ==
      R"({"url":"https://acme.h/mcp","type":"http","headers":{"Authorization":"Bearer ${K}"}})");
  BOOST_TEST(definition(R"("packages":[{"registryType":"nuget","identifier":"n"}])")
                 .find("nothing that can be run here (it has nuget;") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_the_same_tomorrow_or_is_no_name_is_left_out) {
  const std::string sum(64, 'a');
  for (const std::string package :
       {R"("registryType":"npm","identifier":"y","version":"latest")",
        R"("registryType":"npm","identifier":"y","version":"1.x || 2")",
        R"("registryType":"npm","identifier":"y")",
        R"("registryType":"npm","identifier":"--prefix=x","version":"1.0.0")",
        R"("registryType":"npm","identifier":"","version":"1.0.0")",
        R"("registryType":"pypi","identifier":"y","version":">=1")",
        R"("registryType":"pypi","identifier":"-r","version":"1")",
        R"("registryType":"oci","identifier":"ghcr.io/x/y")",
        R"("registryType":"oci","identifier":"r:5000/x/y")",
        R"("registryType":"mcpb","identifier":"https://h/y.mcpb")"})
    BOOST_TEST(
        definition("\"packages\":[{" + package + "}]").find("has nothing that can be run here") !=
            std::string::npos,
        package);
  for (const char* url : {"http://h/y.mcpb", "file:///y.mcpb", "/y.mcpb", "-x"})
    BOOST_TEST(definition(R"("packages":[{"registryType":"mcpb","identifier":")" +
                          std::string(url) + R"(","fileSha256":")" + sum + R"("}])")
                       .find("has nothing that can be run here") != std::string::npos,
               url);
}

BOOST_AUTO_TEST_CASE(what_a_document_says_is_no_reference_to_what_is_here) {
  BOOST_TEST(definition(R"("packages":[{"registryType":"npm","identifier":"y${A}","version":"1.0.0",
          "environmentVariables":[{"name":"K","default":"${file:/etc/shadow}"},
            {"name":"L","default":"d"},
            {"name":"M","value":"${HOME}-{m}-${x}","variables":{"m":{"default":"${N}"}}}],
          "packageArguments":[{"type":"named","name":"--${O}","value":"${P}"}]}])",
                        {{"L", "given"}}) ==
             R"({"npm":"y$${A}@1.0.0","env":{"K":"$${file:/etc/shadow}","L":"given",)"
             R"("M":"$${HOME}-$${N}-$${x}"},"args":["--$${O}","$${P}"]})");
}

BOOST_AUTO_TEST_CASE(only_what_is_a_document_is_read_and_a_page_has_its_cursor) {
  for (const char* bad : {"[]", "{}", R"({"name":"no-slash"})", R"({"name":"a/../b"})",
                          R"({"name":"/b"})", R"({"name":5})", R"({"server":{"name":"a b/c"}})"})
    BOOST_TEST(!read_registry_entry(*parse_reply(bad)), bad);
  const auto page = read_registry_page(
      R"({"servers":[{"server":{"name":"a/b"},"_meta":{"x/official":{"isLatest":true}}},{"name":"c/d"},7],
          "metadata":{"next_cursor":"n"}})");
  BOOST_REQUIRE(page);
  BOOST_TEST(page->entries.size() == 2u);
  BOOST_TEST(page->entries[0].newest);
  BOOST_TEST(!page->entries[1].newest);
  BOOST_TEST(page->next_cursor == "n");
  for (const char* bad : {"", "[]", "{}", R"({"servers":{}})"})
    BOOST_TEST(!read_registry_page(bad));
  BOOST_TEST(server_name_of_registry("io.github.x/Weather_MCP") ==
             suggest_server_name("Weather_MCP"));
}

BOOST_AUTO_TEST_SUITE_END()
