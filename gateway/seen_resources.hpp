#pragma once
#include "messages/ids.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace toolscore {

/// Which server linked to a URI that is in no list, by who was told of it: the links of one
/// principal lead nobody else anywhere. The oldest ones are forgotten. Pure.
class seen_resources {
public:
  static constexpr std::size_t principals_max = 256;
  static constexpr std::size_t links_max = 1'024; ///< Of one principal.
  static constexpr std::size_t uri_bytes_max = 2'048;

  void note(const std::string& principal, const std::string& uri, const server_id& server);
  std::optional<server_id> find(const std::string& principal, const std::string& uri) const;

private:
  struct links {
    using order = std::list<std::pair<std::string, server_id>>;
    order by_time; ///< The oldest first.
    std::unordered_map<std::string_view, order::iterator> by_uri;
    std::list<std::string>::iterator place;
  };
  links& links_of(const std::string& principal);

  std::map<std::string, links> all_;
  std::list<std::string> by_use_; ///< Principals; the one that was told nothing for longest first.
};

} // namespace toolscore
