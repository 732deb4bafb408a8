// `edge-run test --watch`: looks at the times of files, which works on every file system.
#include "runtime/cli/test_watch.h"

#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "runtime/server/file_stamps.h"

namespace edge::cli {

std::unexpected<Error> watch_tests(
    const std::function<std::vector<std::string>()>& find,
    const std::function<Result<std::vector<FileReport>>(std::vector<std::string>)>& run) {
  constexpr std::chrono::milliseconds pause{200};
  std::map<std::string, server::FileStamps> known;
  while (true) {
    std::vector<std::string> touched;
    for (const std::string& file : find()) {
      const auto found = known.find(file);
      if (found == known.end() || found->second.any_changed()) touched.push_back(file);
    }
    if (touched.empty()) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    // Stamped before the run: what changes meanwhile is run once more.
    for (const std::string& file : touched) known[file].add(file);
    const auto reports = run(std::move(touched));
    if (!reports) return std::unexpected(reports.error());
    for (const FileReport& report : *reports) {
      known[report.file] = {};
      known[report.file].add(report.file);
      known[report.file].add(report.files);
    }
    std::cout << "watching " << known.size() << " files of tests; Ctrl-C ends\n" << std::flush;
  }
}

}  // namespace edge::cli
