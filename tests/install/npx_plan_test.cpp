#include "runners/npx_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using words = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(npx_plan)

BOOST_AUTO_TEST_CASE(a_package_of_a_registry_is_read_with_version_bin_and_arguments) {
  struct row {
    words args;
    std::string package, version, bin;
    words rest;
  };
  const std::vector<row> table{
      {{"-y", "@a/b", "/data"}, "@a/b", "", "", {"/data"}},
      {{"--yes", "name@1.2.3", "--flag", "-y"}, "name", "1.2.3", "", {"--flag", "-y"}},
      {{"name@^1.2"}, "name", "^1.2", "", {}},
      {{"-q", "@a/b@latest"}, "@a/b", "latest", "", {}},
      {{"-y", "--", "name", "--", "x"}, "name", "", "", {"--", "x"}},
      {{"-y", "-p", "@a/b@2", "tool", "x"}, "@a/b", "2", "tool", {"x"}},
      {{"--package", "b", "tool"}, "b", "", "tool", {}},
      {{"--package=b", "tool"}, "b", "", "tool", {}},
      {{"-p=b", "-y", "tool"}, "b", "", "tool", {}},
  };
  for (const auto& row : table) {
    const auto got = parse_npx(row.args);
    BOOST_TEST_REQUIRE(got.has_value(), row.package);
    BOOST_TEST(got->package == row.package);
    BOOST_TEST(got->version == row.version);
    BOOST_TEST(got->bin == row.bin);
    BOOST_TEST(got->args == row.rest, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_package_of_a_registry_is_left_to_npx) {
  const std::vector<words> table{
      {},
      {"-y"},
      {"--"},
      {"-c", "echo x"},
      {"--call=x"},
      {"-w", "a", "b"},
      {"--no-install", "x"},
      {"-p", "a", "-p", "b", "tool"},
      {"-p"},
      {"-p", "a"},
      {"./local"},
      {"../local"},
      {"/abs"},
      {"~/home"},
      {"file:x"},
      {"github:a/b"},
      {"a/b"},
      {"https://example.org/x.tgz"},
      {"git+ssh://git@example.org/x"},
      {"x.tgz"},
      {"name@npm:other"},
      {"name@https://example.org/x"},
      {"name@file:../x"},
      {"@scope"},
      {"@/b"},
      {"@scope/"},
      {"name@"},
      {"name@-x"},
      {""},
      {"a b"},
      {".hidden"},
      {"-p", "a", "../tool"},
  };
  for (const auto& args : table)
    BOOST_TEST(!parse_npx(args).has_value(), (args.empty() ? "nothing" : args.back()));
}

BOOST_AUTO_TEST_CASE(a_bin_is_run_by_node_only_if_its_first_line_says_so) {
  struct row {
    std::string line, path;
    bool node;
    words flags;
  };
  const std::vector<row> table{
      {"#!/usr/bin/env node", "x", true, {}},
      {"#!/usr/bin/node", "x", true, {}},
      {"#! /usr/bin/env node", "x", true, {}},
      {"#!/usr/bin/env -S node --no-warnings --x=1", "x", true, {"--no-warnings", "--x=1"}},
      {"#!/usr/bin/env node\r", "x", true, {}},
      {"#!/bin/sh", "x.js", false, {}},
      {"#!/usr/bin/env python3", "x", false, {}},
      {"import x", "a/x.mjs", true, {}},
      {"import x", "a/x", false, {}},
      {"", "x.cjs", true, {}},
  };
  for (const auto& row : table) {
    const auto got = node_flags(row.line, row.path);
    BOOST_TEST(got.has_value() == row.node, row.line);
    if (got) BOOST_TEST(*got == row.flags, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
