// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a check is and what it finds. Purpose: the vocabulary that the runner, the checks and the report share. Every
// check runs in a process of its own, so that it may crash, hang or spoil its process. Ownership: values; a Bench is
// borrowed for one check. Threads: one. Failure: a finding names a sentence of the text catalogue ("checker.<key>").
#include "plugin_host/manifest.hpp"
#include "subject.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct kiosk_plugin; // of kiosk_plugin.h

namespace kiosk::checker {

using Args = std::vector<std::pair<std::string, std::string>>;

enum class Severity : std::uint8_t { Warning = 1, Failure };

struct Finding {
    Severity severity = Severity::Failure;
    std::string key;
    Args args;
};

// What one check found: each thing once, and not more than anybody reads.
class Findings {
  public:
    void fail(std::string key, Args args = {}) { add({Severity::Failure, std::move(key), std::move(args)}); }
    void warn(std::string key, Args args = {}) { add({Severity::Warning, std::move(key), std::move(args)}); }
    bool failed() const;
    bool full() const { return m_all.size() >= most; } // a check may stop looking
    const std::vector<Finding>& all() const { return m_all; }

  private:
    static constexpr std::size_t most = 12;
    void add(Finding finding);
    std::vector<Finding> m_all;
};

// What a check is given, in its own process.
class Bench {
  public:
    Bench(const Subject& subject_, Findings& findings_) : subject(subject_), findings(findings_) {}
    const plugin_host::Manifest& manifest() const { return *subject.manifest; } // after the check "manifest"
    const kiosk_plugin& table();                                              // after the check "library"

    const Subject& subject;
    Findings& findings;

  private:
    const kiosk_plugin* m_table = nullptr;
};

// A check runs where those before it let it: what can't be loaded can't be called.
enum class Needs : std::uint8_t { Nothing = 1, Manifest, Library, Answers };

struct Check {
    std::string_view name;
    Needs needs;
    int seconds; // it may take; beyond, it is a hang
    void (*run)(Bench&);
};

std::span<const Check> all_checks();

// Says what is being tried, so that a crash or a hang can be told with its place. Cheap; the runner reads it.
void doing(std::string_view what, std::string_view detail = {});

// The checks, a file each for what belongs together.
void check_manifest(Bench&);
void check_exports(Bench&);
void check_imports(Bench&);
void check_library(Bench&);
void check_calls(Bench&);
void check_methods(Bench&);
void check_config(Bench&);
void check_requests(Bench&);
void check_schemas(Bench&);
void check_texts(Bench&);
void check_forms(Bench&);
void check_figures(Bench&);
void check_fixtures(Bench&);
void check_answers(Bench&);
void check_determinism(Bench&);
void check_instances(Bench&);
void check_inputs(Bench&);
void check_host_versions(Bench&);
void check_sink(Bench&);
void check_never_widens(Bench&);
void check_admits(Bench&);
void check_leaks(Bench&);
void check_budget(Bench&);
void check_threads(Bench&);
void check_files(Bench&);
void check_output(Bench&);
void check_surroundings(Bench&);
void check_log(Bench&);

} // namespace kiosk::checker
