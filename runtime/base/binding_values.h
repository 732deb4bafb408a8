// What a script finds in env, as text and back: "NAME=FIRST,SECOND", the spelling of flags. A table of a file
// is brought into this form by the keys below.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/config.h"
#include "runtime/base/error.h"

namespace edge {

/// A key of a table that stands for one value of an option.
struct RecordKey {
  enum class Need : std::uint8_t { must, may, unused };  ///< unused: wrangler has it, it means nothing here
  std::string_view path;                                 ///< "binding", "simple.limit"
  Need need = Need::must;
  bool is_file = false;
};

/// The keys in the order of the text: the first stands before "=", the others follow it, with commas between.
template <class T>
std::span<const RecordKey> record_keys();

// The text to a value. Names are checked where it is known which are in use (config_check.cpp).
Result<> read_record(std::string_view text, Variable& value);
Result<> read_record(std::string_view text, KvNamespace& value);
Result<> read_record(std::string_view text, ServiceBinding& value);
Result<> read_record(std::string_view text, RateLimit& value);
Result<> read_record(std::string_view text, MtlsCertificate& value);
Result<> read_record(std::string_view text, ModuleRule& value);

std::string show_record(const Variable& value);
std::string show_record(const KvNamespace& value);
std::string show_record(const ServiceBinding& value);
std::string show_record(const RateLimit& value);
std::string show_record(const MtlsCertificate& value);
std::string show_record(const ModuleRule& value);

/// The name in env, of which there is one; a rule for modules has none.
inline std::string_view name_of(const Variable& value) { return value.name; }
template <class T>
std::string_view name_of(const T& value)
  requires requires { value.binding; }
{
  return value.binding;
}

}  // namespace edge
