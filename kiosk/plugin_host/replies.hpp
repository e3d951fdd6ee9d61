// SPDX-License-Identifier: Apache-2.0
#pragma once
// Replies as values. Purpose: nothing that a plugin says is used before it was read here: the published schema, sizes,
// known words, and texts turned into both languages through the plugin's own locale files. Ownership: values. Threads: any. Failure:
// Invalid with plugin, method and place; the caller counts it against the plugin.
#include "core/admission.hpp"
#include "core/catalogue.hpp"
#include "core/result.hpp"
#include "plugin_host/declarations.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host {

class ReplyReader {
  public:
    // `subject` is what errors speak of: "salon admission.decide/1".
    ReplyReader(const core::Catalogue& texts, std::string subject) : m_texts(texts), m_subject(std::move(subject)) {}

    // `is_question` says whether an id can be asked at all.
    core::Result<core::PluginVerdict> decision(std::string_view reply,
                                               const std::function<bool(std::string_view)>& is_question) const;
    core::Result<Form> form(std::string_view reply) const;
    core::Result<core::Validation> validation(std::string_view reply, const Form& form) const;
    core::Result<std::vector<core::LocalText>> welcome(std::string_view reply) const;
    core::Result<std::vector<AgendaBlock>> agenda(std::string_view reply) const;
    core::Result<std::vector<ReportSection>> report(std::string_view reply) const;
    core::Result<BookingResources> resources(std::string_view reply) const;
    core::Result<MigratedAnswers> migration(std::string_view reply) const;

  private:
    const core::Catalogue& m_texts;
    std::string m_subject;
};

} // namespace kiosk::plugin_host
