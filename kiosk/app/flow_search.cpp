// SPDX-License-Identifier: Apache-2.0
// Without a code: a search that shows nobody's full name, and the second factor that only that person knows.
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"
#include "core/names.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::size_t most_query_characters = 40;

// The end of a phone number, or a whole one ("+…", as search_query says).
bool is_phone_query(std::string_view query) {
    return !query.empty() && query.find_first_not_of("0123456789", query.front() == '+' ? 1 : 0) == std::string_view::npos;
}

} // namespace

void KioskApp::on(const intent::OpenSearch&) {
    const bool from_here = on_screen<screen::Idle>() != nullptr || on_screen<screen::Result>() != nullptr ||
                           on_screen<screen::Staff>() != nullptr;
    if (!from_here || (!m_settings.allow_search && !m_staff))
        return;
    show(screen::Search{});
    m_entry.open({}, writing_layout(), most_query_characters);
}

void KioskApp::update_search() {
    auto* search = on_screen<screen::Search>();
    const auto typed = m_entry.text_with_letters(); // letters that wait to become characters are pinyin already
    if (search == nullptr || typed == search->asked)
        return;
    if (search->pick && search->pick->organisations)
        return update_pick(*search, typed);
    auto page = m_ports.check_in->search(typed);
    if (!page)
        return out_of_order(page.error(), std::nullopt);
    search->asked = typed;
    search->by_digits = is_phone_query(core::search_query(typed));
    search->page = std::move(*page);
}

void KioskApp::on(const intent::PickRow& picked) {
    auto* search = on_screen<screen::Search>();
    if (search != nullptr && search->pick)
        return pick_row(picked.row);
    if (search == nullptr || picked.row >= search->page.rows.size())
        return;
    auto row = search->page.rows[picked.row];
    if (m_visit) // a meeting: they are only asked, and say themselves whether they will come
        return choose_other(row.ticket, false);
    if (m_staff) // staff have the person before them and answer for it
        return run(new_attempt(std::move(row.ticket), "staff"), false);
    if (too_many_factors(row.registration))
        return show_result(ask_staff_view("search.too_many.title", "search.too_many.detail", m_settings.can_call_staff));
    // The other factor than the one that was typed: who searched by phone proves the name, and the other way round.
    const auto factor = search->by_digits ? Factor::FullName : Factor::PhoneTail;
    if (factor == Factor::PhoneTail && row.phone_tail.empty())
        return show_result(ask_staff_view("search.no_phone.title", "search.no_phone.detail", m_settings.can_call_staff));
    m_entry.settle();
    auto query = m_entry.text();
    show(screen::SecondFactor{std::move(*search), std::move(row), factor, std::move(query), {}});
    if (factor == Factor::PhoneTail)
        m_entry.open({}, TextEntry::Layout::Digits, 20, true);
    else
        m_entry.open({}, writing_layout(), most_query_characters);
}

bool KioskApp::too_many_factors(const std::string& registration) {
    const auto now = now_ms();
    std::erase_if(m_wrong_factors,
                  [&](const auto& entry) { return now - entry.second.last_ms >= m_settings.factor_forget_ms; });
    const auto found = m_wrong_factors.find(registration);
    return found != m_wrong_factors.end() && found->second.count >= m_settings.factor_attempts;
}

void KioskApp::submit_factor() {
    m_entry.settle();
    changed();
    auto* screen = on_screen<screen::SecondFactor>();
    const auto typed = m_entry.text();
    if (typed.empty()) {
        screen->problem = {"search.factor.empty", {}};
        return;
    }
    const auto proven = m_ports.check_in->second_factor(screen->row.registration, screen->factor, typed);
    if (!proven)
        return out_of_order(proven.error(), std::nullopt);
    if (*proven) {
        m_wrong_factors.erase(screen->row.registration);
        auto attempt = new_attempt(screen->row.ticket, "search");
        return run(std::move(attempt), false); // who knows both factors need not be asked again
    }
    auto& failures = m_wrong_factors[screen->row.registration];
    ++failures.count;
    failures.last_ms = now_ms();
    ++screen->search.wrong_factors;
    const auto left = m_settings.factor_attempts - std::max(failures.count, screen->search.wrong_factors);
    if (left <= 0)
        return show_result(ask_staff_view("search.too_many.title", "search.too_many.detail", m_settings.can_call_staff));
    screen->problem = {screen->factor == Factor::FullName ? "search.factor.wrong_name" : "search.factor.wrong_tail",
                       {{"left", std::to_string(left)}}};
    m_entry.press("clear");
}

} // namespace kiosk::app
