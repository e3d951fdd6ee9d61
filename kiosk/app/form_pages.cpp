// SPDX-License-Identifier: Apache-2.0
// What kinds of fields there are, and how many of them stand on a page.
#include "app/form_state.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::size_t short_fields_a_page = 2;
constexpr std::size_t staff_fields_a_page = 3;
constexpr std::size_t choices_beside_another = 4;

} // namespace

FieldKind field_kind(const FormField& field) {
    using enum core::QuestionType;
    if (field.is_consent)
        return FieldKind::Consent;
    switch (field.question.type) {
    case Text:
        return FieldKind::Text;
    case TextArea:
        return FieldKind::Multiline;
    case Number:
        return FieldKind::Number;
    case YesNo:
        return FieldKind::YesNo;
    case Single:
        return FieldKind::Single;
    case Multiple:
        return FieldKind::Multiple;
    case Date:
        return FieldKind::Date;
    case Time:
        return FieldKind::Time;
    case DateTime:
        return FieldKind::DateTime;
    case Email:
        return FieldKind::Email;
    case Phone:
        return FieldKind::Phone;
    case Country:
        return FieldKind::Country;
    case Contact:
        return FieldKind::Contact;
    case List:
        return FieldKind::List;
    case Signature:
        return FieldKind::Signature;
    }
    return FieldKind::Text;
}

bool takes_text(FieldKind kind) {
    return kind != FieldKind::YesNo && kind != FieldKind::Single && kind != FieldKind::Multiple &&
           kind != FieldKind::Consent && kind != FieldKind::Contact && kind != FieldKind::List &&
           kind != FieldKind::Signature;
}

bool takes_digits_only(FieldKind kind) {
    return kind == FieldKind::Number || kind == FieldKind::Phone || kind == FieldKind::Date || kind == FieldKind::Time ||
           kind == FieldKind::DateTime;
}

bool has_cells(FieldKind kind) { return kind == FieldKind::Contact || kind == FieldKind::List; }

std::vector<std::vector<FormField>> paged(std::vector<FormField> fields, Crowding crowding) {
    const std::size_t most = crowding == Crowding::Staff ? staff_fields_a_page : short_fields_a_page;
    // At the door what may be skipped shares a page, however long it is: one touch leads past all of it.
    const auto may_share = [&](const FormField& field) { return crowding == Crowding::WalkIn && !field.question.required; };
    std::vector<std::vector<FormField>> pages;
    bool full = true;
    std::size_t counted = 0;
    for (auto& field : fields) {
        const auto kind = field_kind(field);
        const bool alone = kind == FieldKind::List || kind == FieldKind::Signature || kind == FieldKind::Contact ||
                           (kind == FieldKind::Multiline && crowding != Crowding::Staff && !may_share(field)) ||
                           (field.question.options.size() > choices_beside_another && !may_share(field));
        const auto depends_on_page = [&](const std::vector<FormField>& page) {
            return field.question.depends_on && std::ranges::any_of(page, [&](const FormField& other) {
                       const auto& declared = other.declared_as.empty() ? other.question.id : other.declared_as;
                       return declared == field.question.depends_on->question;
                   });
        };
        // The field and the switch that takes it away stand together.
        if (!full && !field.unless.empty() && pages.back().size() + 2 > most)
            full = true;
        const bool is_switch = !full && !pages.back().back().unless.empty() && pages.back().back().unless == field.question.id;
        // Consents are read together, apart from questions.
        if (full || alone || depends_on_page(pages.back()) || pages.back().front().is_consent != field.is_consent)
            pages.emplace_back();
        const bool consent = field.is_consent;
        pages.back().push_back(std::move(field));
        if (!is_switch) // it is no field of its own
            counted = pages.back().size() == 1 ? 1 : counted + 1;
        full = alone || (!consent && counted >= most);
    }
    return pages;
}

} // namespace kiosk::app
