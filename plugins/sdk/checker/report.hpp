// SPDX-License-Identifier: Apache-2.0
#pragma once
// Results in words, as JSON lines and as JUnit XML. Purpose: what an author reads, and what a build server reads.
// Ownership: borrows the catalogue. Threads: one. Failure: none; what is no UTF-8 or no XML character is replaced.
#include "run.hpp"

#include "core/catalogue.hpp"

#include <span>
#include <string>

namespace kiosk::checker {

class Report {
  public:
    Report(const core::Catalogue& texts, core::Language language) : m_texts(texts), m_language(language) {}

    std::string title(std::string_view check) const; // what it is about, in a few words
    std::string sentence(const Finding& finding) const;
    std::string line(const CheckResult& result) const;                           // for people; several lines
    std::string json(std::string_view plugin, const CheckResult& result) const;  // one line
    std::string summary(const PluginResult& result) const;
    std::string junit(std::span<const PluginResult> results) const;

  private:
    std::string text(const std::string& key, const Args& args = {}) const;
    const core::Catalogue& m_texts;
    core::Language m_language;
};

} // namespace kiosk::checker
