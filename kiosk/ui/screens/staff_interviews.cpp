// SPDX-License-Identifier: Apache-2.0
// The tab of questionnaires: what can be begun, what was left half done, what is final.
#include "ui/screens/staff_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

// Every questionnaire is one touch away; the first ones are the event type's own.
void offers(Canvas& canvas, const app::StaffView& staff, Rect& area) {
    const auto& theme = canvas.theme();
    const std::size_t across = canvas.portrait() || staff.offers.size() == 1 ? 1 : 2;
    const float gap = theme.gap, high = theme.target + canvas.step(1);
    const float wide = (area.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    const auto lines = (staff.offers.size() + across - 1) / across;
    for (std::size_t i = 0; i < staff.offers.size(); ++i) {
        const Rect place{area.x + static_cast<float>(i % across) * (wide + gap), area.y + static_cast<float>(i / across) * (high + gap), wide, high};
        auto look = main_look(canvas);
        look.size = Size::Body;
        look.icon = Icon::Plus;
        if (i > 0) {
            look = plain_look(canvas);
            look.icon = Icon::Plus;
        }
        if (button(canvas, "offer:" + staff.offers[i].id, place, canvas.tr("ui.interview.start", {{"name", canvas.say(staff.offers[i].name)}}), look))
            canvas.emit(app::intent::StartInterview{staff.offers[i].id});
    }
    area.cut_top(static_cast<float>(lines) * (high + gap) - gap + canvas.step(3));
}

void response_row(Canvas& canvas, Rect row, const app::ResponseRow& response, float action_wide, float tag_wide) {
    const auto& theme = canvas.theme();
    auto look = plain_look(canvas);
    look.size = Size::Small;
    const auto label = canvas.tr(response.final ? "ui.interview.read" : "ui.interview.resume");
    const Rect action = row.cut_right(action_wide).centered(action_wide, theme.target);
    if (button(canvas, "response:" + response.id, action, label, look))
        canvas.emit(app::intent::OpenResponse{response.id});
    row.cut_right(canvas.step(2));

    // How far it is: a word, and a line that shows it from afar.
    Rect state = row.cut_right(tag_wide);
    row.cut_right(canvas.step(2));
    const float bar_high = canvas.step(0.75F);
    state = state.centered(state.w, canvas.step(5) + canvas.step(1) + bar_high);
    const auto pair = response.final ? theme.good : Pair{mix(theme.raised, theme.ink, 0.1), theme.ink};
    const auto words = response.final ? canvas.tr("ui.interview.final")
                                      : canvas.tr("ui.interview.progress", {{"answered", std::to_string(response.answered)}, {"asked", std::to_string(response.asked)}});
    tag(canvas, {state.x, state.y + canvas.step(2.5F)}, words, pair, response.final ? Icon::Lock : Icon::Pencil);
    if (!response.final && response.asked > 0) {
        Rect bar{state.x, state.bottom() - bar_high, state.w, bar_high};
        canvas.fill(bar, theme.line, bar_high / 2);
        bar.w *= std::min(1.0F, static_cast<float>(response.answered) / static_cast<float>(response.asked));
        if (bar.w > bar_high)
            canvas.fill(bar, theme.accent.fill, bar_high / 2);
    }

    const float lines = canvas.portrait() ? 2 * theme.small + canvas.step(0.75F) : theme.small;
    row = row.centered(row.w, theme.body + canvas.step(1) + lines);
    Look name{Size::Body, Weight::Bold, theme.ink};
    name.smallest = Size::Small;
    auto who = response.organisation.empty() ? canvas.tr("ui.interview.no_organisation") : response.organisation;
    if (!response.respondent.empty())
        who += " · " + response.respondent;
    canvas.text(row.cut_top(theme.body), who, name);
    row.cut_top(canvas.step(1));
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    if (canvas.portrait()) { // no room for both beside each other
        canvas.text(row.cut_top(theme.small), canvas.say(response.name), soft);
        row.cut_top(canvas.step(0.75F));
        canvas.text(row, canvas.tr("ui.interview.by", {{"who", response.interviewer}, {"when", response.when}}), soft);
        return;
    }
    canvas.text(row, canvas.say(response.name) + " · " + canvas.tr("ui.interview.by", {{"who", response.interviewer}, {"when", response.when}}), soft);
}

} // namespace

void draw_interviews(Canvas& canvas, const app::StaffView& staff, Rect area) {
    heading(canvas, area, canvas.tr("ui.staff.interviews"));
    if (!staff.offers.empty())
        offers(canvas, staff, area);
    if (staff.responses.empty())
        return empty_place(canvas, area, Icon::Form, canvas.tr(staff.offers.empty() ? "ui.interview.none_offered" : "ui.interview.none"));
    // As wide in every row, so that the columns stand.
    auto look = plain_look(canvas);
    look.size = Size::Small;
    const float action = std::max(button_width(canvas, canvas.tr("ui.interview.read"), look), button_width(canvas, canvas.tr("ui.interview.resume"), look));
    const float state = std::max(tag_width(canvas, canvas.tr("ui.interview.final"), true),
                                 tag_width(canvas, canvas.tr("ui.interview.progress", {{"answered", "50"}, {"asked", "50"}}), true));
    card_rows(canvas, area, {.id = "responses", .count = staff.responses.size(), .high = canvas.step(canvas.portrait() ? 13 : 11)},
              [&](Rect row, std::size_t i) { response_row(canvas, row, staff.responses[i], action, state); });
}

} // namespace kiosk::ui
