#include "runners/step_hint.hpp"

#include <array>

namespace toolscore {
namespace {

struct known_trouble {
  std::string_view says;
  std::string_view hint;
};

constexpr std::string_view room = "make room on the disk of the state directory";
constexpr std::string_view reach =
    "check that this host reaches it: network, proxy (HTTPS_PROXY), registry or index";
constexpr std::string_view name = "check the package's name and version";
constexpr std::string_view lock = "bring the lock file up to date in the source and commit it";
constexpr std::string_view rights = "check the rights of the node's user there";

// The first that fits wins.
constexpr std::array troubles{
    known_trouble{"ENOSPC", room},
    known_trouble{"No space left on device", room},
    known_trouble{"is the disk full?", room},
    known_trouble{"package.json and package-lock.json are not in sync", lock},
    known_trouble{"are in sync", lock}, // "can only install packages when your ... are in sync"
    known_trouble{"ERR_PNPM_OUTDATED_LOCKFILE", lock},
    known_trouble{"Your lockfile needs to be updated", lock},
    known_trouble{"needs to be updated but --locked was passed", lock},
    known_trouble{"needs to be updated, but `--locked` was provided", lock},
    known_trouble{"No matching version found", name},
    known_trouble{"No matching distribution found", name},
    known_trouble{"404 Not Found", name},
    known_trouble{"could not be found or you do not have permission", name}, // npm, further down
    known_trouble{"ECONNREFUSED", reach},
    known_trouble{"ENOTFOUND", reach},
    known_trouble{"ETIMEDOUT", reach},
    known_trouble{"EAI_AGAIN", reach},
    known_trouble{"Temporary failure in name resolution", reach},
    known_trouble{"SELF_SIGNED_CERT",
                  "name your authority by NODE_EXTRA_CA_CERTS or SSL_CERT_FILE"},
    known_trouble{"CERTIFICATE_VERIFY_FAILED", "name your authority by PIP_CERT or SSL_CERT_FILE"},
    known_trouble{"EACCES", rights},
    known_trouble{"ensurepip is not available", "install the system's package python3-venv"},
};

} // namespace

std::string_view step_hint(std::string_view line) noexcept {
  for (const auto& [says, hint] : troubles)
    if (line.find(says) != std::string_view::npos) return hint;
  return {};
}

} // namespace toolscore
