// Packages, directories, archives and bundles through the process runner, with real pip, cargo and
// toolscore-fetch; whatever would come from the net is made here.
#include "tests/install/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr const char* answering =
    "import sys\ndef main():\n    print('%s', sys.argv[1:], flush=True)\n    sys.stdin.read()\n";

struct sources : runner_fixture {
  std::string path(const std::string& name) const { return (folder / name).string(); }

  void write(const std::string& name, const std::string& text) const {
    const auto file = folder / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  /// Runs a Python program of one line in the folder.
  void python(const std::string& program) const {
    write("make.py", program);
    run("cd '" + folder.string() + "' && python3 make.py");
  }

  /// A wheel of `name`, made as the format says, in an index of one directory.
  void make_wheel(const std::string& name, const std::string& version) const {
    const auto info = name + "-" + version + ".dist-info";
    python("import os, zipfile\nos.makedirs('index', exist_ok=True)\n"
           "z = zipfile.ZipFile('index/" +
           name + "-" + version +
           "-py3-none-any.whl', 'w')\n"
           "z.writestr('" +
           name +
           ".py', '''import sys\ndef main():\n"
           "    print(\"" +
           name + " " + version +
           "\", sys.argv[1:], flush=True)\n''')\n"
           "z.writestr('" +
           info + "/METADATA', 'Metadata-Version: 2.1\\nName: " + name + "\\nVersion: " + version +
           "\\n')\n"
           "z.writestr('" +
           info +
           "/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\n"
           "Root-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
           "z.writestr('" +
           info + "/entry_points.txt', '[console_scripts]\\n" + name + " = " + name + ":main\\n" +
           name + "-other = " + name +
           ":main\\n')\n"
           "z.writestr('" +
           info + "/RECORD', '')\nz.close()\n");
  }

  void use_index() {
    options.host.variables["PIP_NO_INDEX"] = "1";
    options.host.variables["PIP_FIND_LINKS"] = path("index");
  }
};

server_spec server_from(source_kind source, const std::string& what) {
  server_spec spec;
  spec.id.value = "it";
  spec.source = source;
  const bool package = source == source_kind::npm || source == source_kind::pypi;
  (package ? spec.package : spec.from) = what;
  return spec;
}

std::string failure_of(const install_finished& answer) {
  BOOST_TEST_REQUIRE(!answer.launch);
  const auto& detail = answer.launch.failure().detail;
  BOOST_TEST(detail.find('\n') == std::string::npos, detail);
  return detail;
}

std::string sum_of(const std::string& file) {
  return run("sha256sum '" + file + "' | cut -c1-64");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(source_install, sources)

BOOST_AUTO_TEST_CASE(a_python_package_is_installed_from_an_index_once_and_its_script_is_launched) {
  make_wheel("fixture_server", "1.4.0");
  make_wheel("fixture_server", "2.0.0");
  use_index();
  auto spec = server_from(source_kind::pypi, "Fixture-Server==1.4.0");
  spec.args = {"--x"};
  const auto first = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(first.launch), (first.launch ? "" : first.launch.failure().detail));
  BOOST_TEST(first.version == "1.4.0");
  BOOST_TEST(ask(*first.launch, "") == "fixture_server 1.4.0 ['--x']");
  BOOST_TEST(states_of("it") == "queued building building");
  // uvx means the same package, and an install that is there needs no index.
  std::filesystem::remove_all(folder / "index");
  server_spec uvx;
  uvx.id.value = "uvx";
  uvx.command = "uvx";
  uvx.args = {"fixture-server@1.4.0", "--x"};
  const auto second = install_and_wait(uvx);
  BOOST_TEST_REQUIRE(bool(second.launch), (second.launch ? "" : second.launch.failure().detail));
  BOOST_TEST(second.launch->argv == first.launch->argv, boost::test_tools::per_element());
  BOOST_TEST(installs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_newest_is_taken_and_a_script_of_another_name_is_found) {
  make_wheel("fixture_server", "1.4.0");
  make_wheel("fixture_server", "2.0.0");
  use_index();
  server_spec spec;
  spec.id.value = "it";
  spec.command = "uvx";
  spec.args = {"--from", "fixture-server", "fixture_server-other", "a"};
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(answer.version == "2.0.0");
  BOOST_TEST(ask(*answer.launch, "") == "fixture_server 2.0.0 ['a']");
  spec.args = {"--from", "fixture-server", "none"};
  const auto failed = failure_of(install_and_wait(spec));
  BOOST_TEST(failed.find("no console script none but fixture_server") != std::string::npos, failed);
}

BOOST_AUTO_TEST_CASE(a_python_package_that_no_index_has_is_one_clear_line) {
  write("index/empty", "");
  use_index();
  const auto failed = failure_of(install_and_wait(server_from(source_kind::pypi, "no-such==1")));
  BOOST_TEST(failed.starts_with("pip: "), failed);
  BOOST_TEST(failed.find("no-such==1") != std::string::npos, failed);
  BOOST_TEST(installs().empty());
  const auto bad = failure_of(install_and_wait(server_from(source_kind::pypi, "./local")));
  BOOST_TEST(bad.find("write NAME or NAME==VERSION") != std::string::npos, bad);
}

BOOST_AUTO_TEST_CASE(a_directory_is_installed_from_a_copy_without_what_installers_keep) {
  write("project/main.py",
        std::string(answering).replace(std::string(answering).find("%s"), 2, "copied") +
            "main()\n");
  write("project/requirements.txt", "");
  write("project/.git/config", "x");
  write("project/node_modules/x/index.js", "x");
  auto spec = server_from(source_kind::path, path("project"));
  spec.args = {"1"};
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(answer.version.size() == 64u);
  BOOST_TEST(ask(*answer.launch, "") == "copied ['1']");
  const auto checkout = folder / "state/installs" / installs().at(0) / "checkout";
  BOOST_TEST(std::filesystem::exists(checkout / "main.py"));
  BOOST_TEST(!std::filesystem::exists(checkout / ".git"));
  BOOST_TEST(!std::filesystem::exists(checkout / "node_modules"));
  // The same files give the same digest, others another.
  BOOST_TEST(install_and_wait(spec, true).version == answer.version);
  write("project/data", "new");
  const auto more = install_and_wait(spec, true).version;
  BOOST_TEST(more != answer.version);
  write("project/data", "one");
  BOOST_TEST(install_and_wait(spec, true).version != more);
  const auto failed = failure_of(install_and_wait(server_from(source_kind::path, path("none"))));
  BOOST_TEST(failed.find("is no directory; check \"path\"") != std::string::npos, failed);
}

BOOST_AUTO_TEST_CASE(an_archive_is_checked_unpacked_and_built_by_commands_of_its_own) {
  write("x/package-1/serve.sh", "#!/bin/sh\ncat built; cat\n");
  run("cd '" + path("x") + "' && chmod +x package-1/serve.sh && tar -czf ../x.tar.gz package-1");
  auto spec = server_from(source_kind::archive, path("x.tar.gz"));
  spec.sha256 = sum_of(path("x.tar.gz"));
  spec.build = {{"sh", "-c", "echo one > built"}, {"sh", "-c", "echo two >> built"}};
  spec.command = "./serve.sh";
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(answer.version == spec.sha256);
  BOOST_TEST(ask(*answer.launch, "") == "one");
  BOOST_TEST(states_of("it") == "queued cloning building building");
  spec.sha256[0] = spec.sha256[0] == '0' ? '1' : '0';
  const auto wrong = failure_of(install_and_wait(spec));
  BOOST_TEST(wrong.find("exit 4") != std::string::npos, wrong);
  BOOST_TEST(wrong.find("the archive's sha256 is") != std::string::npos, wrong);
  spec.sha256.clear();
  spec.build = {{"sh", "-c", "echo no >&2; exit 7"}};
  const auto broken = failure_of(install_and_wait(spec));
  BOOST_TEST(broken.starts_with("build 1: "), broken);
  BOOST_TEST(broken.find("exit 7: no") != std::string::npos, broken);
}

BOOST_AUTO_TEST_CASE(an_archive_that_would_leave_its_directory_or_fill_the_disk_is_refused) {
  python("import io, tarfile, zipfile\n"
         "def tar(name, info, data=b''):\n"
         "    with tarfile.open(name, 'w:gz') as t: t.addfile(info, io.BytesIO(data))\n"
         "i = tarfile.TarInfo('../../escaped'); i.size = 1; tar('slip.tgz', i, b'x')\n"
         "i = tarfile.TarInfo('/escaped-abs'); i.size = 1; tar('abs.tgz', i, b'x')\n"
         "i = tarfile.TarInfo('l'); i.type = tarfile.SYMTYPE; i.linkname = '/etc'; tar('link.tgz', "
         "i)\n"
         "i = tarfile.TarInfo('p'); i.type = tarfile.FIFOTYPE; tar('pipe.tgz', i)\n"
         "with zipfile.ZipFile('slip.zip', 'w') as z: z.writestr('../../escaped', 'x')\n"
         "with zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:\n"
         "    with z.open('zeros', 'w', force_zip64=True) as f:\n"
         "        for _ in range(80): f.write(bytes(1 << 20))\n"
         "open('text', 'w').write('no archive')\n");
  const std::pair<const char*, const char*> table[] = {
      {"slip.tgz", "leaves the directory"}, {"slip.zip", "leaves the directory"},
      {"abs.tgz", "leaves the directory"},  {"link.tgz", "leads out of the directory"},
      {"pipe.tgz", "neither file"},         {"bomb.zip", "200 times its size"},
      {"text", "cannot be unpacked"},
  };
  for (const auto& [name, said] : table) {
    const auto failed = failure_of(install_and_wait(server_from(source_kind::archive, path(name))));
    BOOST_TEST(failed.find("exit 5") != std::string::npos, failed);
    BOOST_TEST(failed.find(said) != std::string::npos, failed);
  }
  const auto none = failure_of(install_and_wait(server_from(source_kind::archive, path("absent"))));
  BOOST_TEST(none.find("exit 3") != std::string::npos, none);
  const auto unreachable = failure_of(
      install_and_wait(server_from(source_kind::archive, "http://me:secret@127.0.0.1:1/x.tgz")));
  BOOST_TEST(unreachable.find("cannot download http://***@127.0.0.1:1/x.tgz") != std::string::npos,
             unreachable);
  BOOST_TEST(unreachable.find("secret") == std::string::npos, unreachable);
  BOOST_TEST(installs().empty());
  BOOST_TEST(run("find '" + folder.string() + "' -name 'escaped*'") == "");
  BOOST_TEST(!std::filesystem::exists("/escaped-abs"));
}

BOOST_AUTO_TEST_CASE(a_bundle_is_started_as_its_manifest_says) {
  write("b/manifest.json",
        R"({"version": "3.1", "server": {"type": "python", "entry_point": "server/main.py",
            "mcp_config": {"command": "python3", "args": ["${__dirname}/server/main.py", "${user_config.root}"]}},
            "user_config": {"root": {"type": "directory", "required": true, "title": "Root"}}})");
  write("b/server/main.py",
        std::string(answering).replace(std::string(answering).find("%s"), 2, "bundle") +
            "main()\n");
  python("import zipfile\nwith zipfile.ZipFile('b.mcpb', 'w') as z:\n"
         "    for n in ['manifest.json', 'server/main.py']: z.write('b/' + n, n)\n");
  auto spec = server_from(source_kind::bundle, "file://" + path("b.mcpb"));
  const auto missing = failure_of(install_and_wait(spec));
  BOOST_TEST(missing.find("requires \"root\" (Root)") != std::string::npos, missing);
  spec.user_config["root"] = {"/data"};
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(ask(*answer.launch, "") == "bundle ['/data']");
}

BOOST_AUTO_TEST_CASE(a_rust_project_is_built_by_cargo) {
  if (options.host.cargo.empty()) {
    BOOST_TEST_MESSAGE("skipped: no cargo in PATH");
    return;
  }
  write("r/Cargo.toml", "[package]\nname = \"rusty\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
  write("r/src/main.rs", "fn main() {\n  let mut line = String::new();\n"
                         "  std::io::stdin().read_line(&mut line).unwrap();\n"
                         "  println!(\"rust {}\", std::env::args().nth(1).unwrap());\n}\n");
  auto spec = server_from(source_kind::path, path("r"));
  spec.args = {"a"};
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(answer.launch->argv.at(0).ends_with("/target/release/rusty"));
  BOOST_TEST(ask(*answer.launch, "") == "rust a");
  write("r/src/main.rs", "fn main() { no }\n");
  const auto failed = failure_of(install_and_wait(spec, true));
  BOOST_TEST(failed.starts_with("cargo: "), failed);
}

BOOST_AUTO_TEST_SUITE_END()
