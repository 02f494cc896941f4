#pragma once
#include "messages/error.hpp"

#include <SQLiteCpp/Exception.h>
#include <string_view>

namespace toolscore {

/// What SQLite threw, as store_failed with what to do: "keeping records: the disk is full, ...".
error store_error(std::string_view doing, const SQLite::Exception& thrown);

/// Runs `work`, which returns a result, and turns what SQLite throws into that result's failure.
template <class Work>
auto guarded(std::string_view doing, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& thrown) {
    return store_error(doing, thrown);
  }
}

} // namespace toolscore
