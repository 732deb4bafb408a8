// Source maps: from a place in a bundle to the place in the file that its author wrote.
// https://tc39.es/ecma426/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::js {

/// As V8 counts: lines and columns from 1, columns in UTF-16 code units.
struct GeneratedPlace {
  std::string path;
  int line = 0;
  int column = 0;
};

class SourceMap {
 public:
  /// Nothing where `json` is no source map of version 3, is larger than maps of scripts are, or consists of
  /// sections. `folder` is where its relative sources begin.
  static std::optional<SourceMap> parse(std::string_view json, const std::string& folder);
  /// "src/policy.ts:3:7"; "" where the map knows nothing of the place.
  [[nodiscard]] std::string original(const GeneratedPlace& place) const;

 private:
  /// All count from 0. `source` is -1 where the author wrote nothing of it.
  struct Segment {
    int line, column, source, source_line, source_column;
  };
  bool read_mappings(std::string_view mappings);

  std::vector<std::string> sources_;
  std::vector<Segment> segments_;  ///< by line and column of the generated file
};

/// The map that `script` names by `url`: a data: URL, or a file beside the script or below its folder.
/// Nothing where it cannot be read, which a stack can do without.
std::optional<SourceMap> read_source_map(const std::string& script, std::string_view url);

}  // namespace edge::js
