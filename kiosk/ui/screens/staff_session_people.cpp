// SPDX-License-Identifier: Apache-2.0
// Who comes to a session behind closed doors: its invitations, and the seats that organisations fill themselves.
#include "ui/screens/staff_session_parts.hpp"

#include "ui/screens/staff_parts.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

void invitation_row(Canvas& canvas, Rect row, const app::InvitationRow& person) {
    const auto& theme = canvas.theme();
    const float wide = canvas.step(17);
    Rect place = row.cut_right(wide);
    row.cut_right(canvas.step(2));
    if (person.can_revoke) {
        auto look = person.asks_revoke ? bright_look(theme.stop) : plain_look(canvas);
        if (person.asks_revoke)
            look.pair = theme.stop;
        look.weight = Weight::Regular;
        if (button(canvas, "revoke:" + person.ticket, place.centered(place.w, theme.target), canvas.tr(person.asks_revoke ? "ui.session.revoke_sure" : "ui.session.revoke"), look))
            canvas.emit(app::intent::RevokeInvitation{person.ticket});
    }
    const bool out = person.status == core::InvitationStatus::Revoked || person.status == core::InvitationStatus::Declined;
    Look name{Size::Body, Weight::Bold, out ? theme.ink_soft : theme.ink}, soft{Size::Small, Weight::Regular, theme.ink_soft};
    name.smallest = Size::Small;
    row = row.centered(row.w, theme.body + canvas.step(1) + theme.small);
    Rect top = row.cut_top(theme.body);
    canvas.text(top, joined({person.name, person.organisation}), name);
    row.cut_top(canvas.step(1));
    std::vector<std::string> words{canvas.say(person.role), canvas.say(person.status_text)};
    if (person.nda_signed)
        words.push_back(canvas.tr("ui.session.signed"));
    const float side = theme.small;
    if (person.inside) {
        draw_icon(canvas, Icon::Door, row.cut_left(side).centered(side, side), theme.good.fill, 2.4F);
        row.cut_left(canvas.step(0.75F));
        const auto here = canvas.tr("ui.session.is_inside");
        canvas.text(row.cut_left(std::ceil(canvas.measure(here, Size::Small, Weight::Bold).x) + 1), here, {Size::Small, Weight::Bold, theme.good.fill});
        row.cut_left(canvas.step(1.5F));
    }
    canvas.text(row, joined(words), soft);
}

void seats_row(Canvas& canvas, Rect row, const app::QuotaRow& quota, bool can_change) {
    const auto& theme = canvas.theme();
    const auto id = quota.organisation + ":" + quota.role_id;
    if (can_change) {
        auto look = plain_look(canvas);
        look.weight = Weight::Regular;
        if (quota.asks_remove) {
            look.pair = theme.stop;
            look.border.reset();
        }
        const float wide = canvas.step(19);
        if (button(canvas, "seats_remove:" + id, row.cut_right(wide).centered(wide, theme.target), canvas.tr(quota.asks_remove ? "ui.session.seats_sure" : "ui.session.seats_remove"), look))
            canvas.emit(app::intent::RemoveSeats{quota.organisation, quota.role_id});
        row.cut_right(theme.gap);
    }
    auto less = plain_look(canvas), more = plain_look(canvas);
    less.enabled = quota.seats > 1;
    Rect stepper = row.cut_right(can_change ? 2 * theme.target + canvas.step(7) : canvas.step(7));
    row.cut_right(canvas.step(2));
    if (can_change) {
        stepper = stepper.centered(stepper.w, theme.target);
        if (icon_button(canvas, "seats_less:" + id, stepper.cut_left(theme.target), Icon::Minus, less))
            canvas.emit(app::intent::StepSeats{quota.organisation, quota.role_id, -1});
        if (icon_button(canvas, "seats_more:" + id, stepper.cut_right(theme.target), Icon::Plus, more))
            canvas.emit(app::intent::StepSeats{quota.organisation, quota.role_id, 1});
    }
    canvas.text(stepper, std::to_string(quota.seats), {Size::Large, Weight::Bold, theme.ink, Align::Center});
    Look name{Size::Body, Weight::Bold, theme.ink};
    name.smallest = Size::Small;
    row = row.centered(row.w, theme.body + canvas.step(1) + theme.small);
    canvas.text(row.cut_top(theme.body), quota.organisation, name);
    row.cut_top(canvas.step(1));
    canvas.text(row, joined({canvas.say(quota.role), canvas.tr("ui.session.seats_named", {{"count", std::to_string(quota.named)}})}),
                {Size::Small, quota.named > quota.seats ? Weight::Bold : Weight::Regular, quota.named > quota.seats ? theme.wait.fill : theme.ink_soft});
}

} // namespace

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words)
        if (!word.empty())
            all += (all.empty() ? "" : " · ") + word;
    return all;
}

void session_people(Canvas& canvas, Rect area, const app::SessionDetail& detail) {
    if (detail.can_invite && list_hint(canvas, area, {"session:find", "ui.session.scan_to_invite", "ui.session.find_guest", Icon::Search, Icon::PersonPlus}))
        canvas.emit(app::intent::FindGuest{});
    if (detail.people.empty())
        return empty_place(canvas, area, Icon::People, canvas.tr("ui.session.nobody"));
    card_rows(canvas, area, {.id = "invited", .count = detail.people.size(), .high = canvas.step(9.5F), .above_pager = 1.5F},
              [&](Rect row, std::size_t i) { invitation_row(canvas, row, detail.people[i]); });
}

void session_seats(Canvas& canvas, Rect area, const app::SessionDetail& detail) {
    if (detail.can_change && list_hint(canvas, area, {"seats:add", "ui.session.seats_hint", "ui.session.seats_add", Icon::Plus, std::nullopt}))
        canvas.emit(app::intent::AddSeats{});
    if (detail.quotas.empty())
        return empty_place(canvas, area, Icon::People, canvas.tr("ui.session.seats_none"));
    card_rows(canvas, area, {.id = "seats", .count = detail.quotas.size(), .high = canvas.step(9.5F), .above_pager = 1.5F},
              [&](Rect row, std::size_t i) { seats_row(canvas, row, detail.quotas[i], detail.can_change); });
}

} // namespace kiosk::ui
