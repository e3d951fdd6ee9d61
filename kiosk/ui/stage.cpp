// SPDX-License-Identifier: Apache-2.0
#include "ui/stage.hpp"

#include "ui/keyboard.hpp"
#include "ui/screens/screens.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kiosk::ui {

namespace {

constexpr float appear_rise = 16; // how far below its place a screen begins
constexpr int shadow_pixels = 128;
constexpr double shadow_edge = 24; // of the square within its texture: as much as it is blurred

template <typename... Visitors>
struct Overload : Visitors... {
    using Visitors::operator()...;
};

// What makes a screen another one, for the motion with which it appears.
std::string screen_name(const app::View& view) {
    auto name = std::to_string(view.body.index());
    if (const auto* form = std::get_if<app::FormView>(&view.body))
        name += ":" + std::to_string(form->page);
    if (const auto* staff = std::get_if<app::StaffView>(&view.body))
        name += ":" + std::to_string(static_cast<int>(staff->tab)) + (staff->lead ? ":" + staff->lead->row.id : "");
    if (const auto* meeting = std::get_if<app::MeetingView>(&view.body)) {
        name += ":" + std::to_string(meeting->page.index());
        if (const auto* slip = std::get_if<app::MeetingSlipPage>(&meeting->page))
            name += ":" + std::to_string(static_cast<int>(slip->state));
    }
    return name;
}

bool has_keyboard(const app::View& view) {
    // The PIN has its own pad, and the staff's tables need none.
    return view.keyboard && !std::holds_alternative<app::StaffPinView>(view.body);
}

std::string enter_label(Canvas& canvas, const app::View& view) {
    if (const auto* form = std::get_if<app::FormView>(&view.body)) {
        const auto* last = form->fields.empty() ? nullptr : &form->fields.back();
        if (last && form->focus_column.empty() && last->id == form->focus && !form->next_label.empty())
            return canvas.say(form->next_label);
        return canvas.tr("ui.next");
    }
    return canvas.tr(std::holds_alternative<app::SearchView>(view.body) ? "ui.keyboard.search" : "ui.keyboard.done");
}

} // namespace

Pair ground_of(const Theme& theme, const app::View& view) {
    if (const auto* result = std::get_if<app::ResultView>(&view.body))
        return result->tone == app::Tone::Neutral ? outcome_pair(theme, result->outcome) : tone_pair(theme, result->tone);
    if (const auto* meeting = std::get_if<app::MeetingView>(&view.body))
        if (const auto* slip = std::get_if<app::MeetingSlipPage>(&meeting->page))
            return slip_pair(theme, slip->state);
    return {theme.paper, theme.ink};
}

Stage::Context::Context() : context(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(context);
    auto& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors;
    io.Fonts->AddFontDefault(); // never seen; brings the white pixel and the smooth lines
    ImGui::GetStyle().CircleTessellationMaxError = 0.1F;
}

Stage::Context::~Context() { ImGui::DestroyContext(context); }

Stage::Stage(TextureStore& store, const ThemeSet& themes, const core::Catalogue& texts)
    : m_store(store), m_themes(themes), m_texts(texts), m_text(store, themes.light.family), m_preview(store) {}

Stage::~Stage() {
    if (m_shadow != 0)
        m_store.destroy(m_shadow);
    ImGui::SetCurrentContext(m_context.context);
    m_store.leave();
}

std::size_t Stage::page_of(const std::string& list) const {
    const auto found = m_state.first_row.find(list);
    return found == m_state.first_row.end() ? 0 : found->second;
}

const Theme& Stage::theme_for(const app::View& view) {
    const auto key = (view.dark ? "dark" : "light") + view.accent;
    if (key != m_theme_key) {
        m_theme = (view.dark ? m_themes.dark : m_themes.light).with_accent(view.accent);
        m_theme_key = key;
    }
    return m_theme;
}

// A white square with a soft edge, made once: one blurred edge, multiplied in both directions.
void Stage::make_shadow() {
    m_shadow = m_store.create(TextureKind::Alpha, shadow_pixels, shadow_pixels);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shadow_pixels) * shadow_pixels);
    const auto edge = [](int at) {
        const double inside = std::min(at + 0.5, shadow_pixels - at - 0.5);
        return 0.5 * (1 + std::erf((inside - shadow_edge) / (shadow_edge * 0.55)));
    };
    for (int y = 0; y < shadow_pixels; ++y)
        for (int x = 0; x < shadow_pixels; ++x)
            pixels[static_cast<std::size_t>(y) * shadow_pixels + static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(std::lround(255 * edge(x) * edge(y)));
    m_store.upload(m_shadow, TextureKind::Alpha, 0, 0, shadow_pixels, shadow_pixels, pixels.data(), shadow_pixels);
}

bool Stage::ring_on_button() const {
    if (!m_state.ring_shown)
        return false;
    const auto at = std::ranges::find(m_state.targets, m_state.ring, &Target::id);
    return at != m_state.targets.end() && at->kind == TargetKind::Plain;
}

// By the targets of the last frame: that is the screen that somebody saw when they pressed the key.
void Stage::move_ring(const Input& input, std::vector<app::Intent>& intents) {
    auto& ui = m_state;
    if (input.pressed)
        ui.ring_shown = false;
    const auto& targets = ui.targets;
    if (input.activate && ring_on_button())
        ui.activated = ui.ring;
    const bool arrow = input.arrow.x != 0 || input.arrow.y != 0;
    if ((input.tab == 0 && !arrow) || targets.empty())
        return;
    auto from = std::ranges::find(targets, ui.ring, &Target::id);
    if (from == targets.end() && !ui.typing.empty())
        from = std::ranges::find(targets, ui.typing, &Target::id);
    const bool was_shown = std::exchange(ui.ring_shown, true);
    const auto count = static_cast<std::ptrdiff_t>(targets.size());
    auto to = from;
    if (arrow && from != targets.end()) {
        // The nearest whose middle lies that way; sideways costs double.
        float nearest = 0;
        for (auto other = targets.begin(); other != targets.end(); ++other) {
            const Vec way{other->box.center().x - from->box.center().x, other->box.center().y - from->box.center().y};
            const float along = way.x * input.arrow.x + way.y * input.arrow.y;
            const float aside = std::abs(way.x * input.arrow.y) + std::abs(way.y * input.arrow.x);
            const float cost = along + 2 * aside;
            if (other == from || along < 1 || (to != from && cost >= nearest))
                continue;
            nearest = cost;
            to = other;
        }
    } else if (from == targets.end()) {
        // The first key shows where one is: what is on the page comes before the way out of it.
        to = input.tab < 0 ? targets.end() - 1 : targets.begin();
        const bool back_and_language = input.tab > 0 && !was_shown && targets.size() > 2 && targets[0].id == "back" && targets[1].id == "language";
        if (back_and_language)
            to = targets.begin() + 2;
    } else {
        to = targets.begin() + (from - targets.begin() + (input.tab < 0 ? -1 : 1) + count) % count;
    }
    if (to == targets.end())
        return;
    ui.ring = to->id;
    if (to->kind == TargetKind::Text)
        ui.activated = to->id;
    else if (!ui.typing.empty())
        intents.emplace_back(app::intent::FocusField{}); // the keyboard on the screen makes room
}

StageFrame Stage::draw(const app::View& view, app::PreviewSource* preview, PixelSize size, const Input& input) {
    ImGui::SetCurrentContext(m_context.context);
    auto& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(size.width), static_cast<float>(size.height));
    io.DeltaTime = 1.0F / 60; // nothing of ours depends on it
    m_store.begin_frame();
    ImGui::NewFrame();
    m_text.begin_frame();
    if (m_shadow == 0)
        make_shadow();
    m_preview.update(preview);

    const auto& theme = theme_for(view);
    Frame frame;
    frame.list = ImGui::GetBackgroundDrawList();
    frame.text = &m_text;
    frame.theme = &theme;
    frame.texts = &m_texts;
    frame.state = &m_state;
    frame.input = input;
    frame.size = size;
    frame.language = view.language;
    frame.motion = view.motion;
    frame.shadow = m_shadow;
    Canvas canvas(frame);

    const auto ground = ground_of(theme, view);
    const auto name = screen_name(view);
    const bool changed = name != m_state.screen;
    if (changed) {
        m_state.screen = name;
        m_state.active.clear();
        m_state.first_row.clear();
        m_state.chosen_reason.clear();
        m_state.countdown_from = 0;
        m_state.menu.clear();
        m_state.stroke.clear();
        m_state.stroke_of.clear();
        m_state.dragged.clear();
        m_state.ring.clear();
    }
    if (input.pressed)
        canvas.emit(app::intent::Touched{});
    if (input.tab != 0 || input.arrow.x != 0 || input.arrow.y != 0 || input.activate)
        canvas.emit(app::intent::Touched{});
    std::vector<app::Intent> of_ring;
    move_ring(input, of_ring);
    for (auto& intent : of_ring)
        canvas.emit_any(std::move(intent));
    m_state.targets.clear();
    m_state.typing.clear();

    const double shown = canvas.appear("screen", changed);
    canvas.lift(shown, appear_rise * static_cast<float>(1 - shown));
    const Canvas::On on(canvas, ground.fill);
    const bool keyboard = has_keyboard(view);
    Rect area = canvas.screen();
    if (keyboard)
        area.cut_bottom(keyboard_height(canvas, *view.keyboard));
    // A notice gets room of its own: it must not hide what it is about.
    const auto said = canvas.say(view.notice);
    Rect notice_area = area;
    if (!said.empty())
        notice_area = area.cut_bottom(notice_height(canvas));
    const Scene scene{canvas, view, m_preview, area, keyboard};
    std::visit(Overload{
                   [&](const app::IdleView& body) { draw_idle(scene, body); },
                   [&](const app::ConfirmView& body) { draw_confirm(scene, body); },
                   [&](const app::FormView& body) { draw_form(scene, body); },
                   [&](const app::ResultView& body) { draw_result(scene, body); },
                   [&](const app::SearchView& body) { draw_search(scene, body); },
                   [&](const app::SecondFactorView& body) { draw_second_factor(scene, body); },
                   [&](const app::StaffPinView& body) { draw_staff_pin(scene, body); },
                   [&](const app::StaffView& body) { draw_staff(scene, body); },
                   [&](const app::OutOfOrderView& body) { draw_out_of_order(scene, body); },
                   [&](const app::SetupView& body) { draw_setup(scene, body); },
                   [&](const app::InterviewEndView& body) { draw_interview_end(scene, body); },
                   [&](const app::MeetingView& body) { draw_meeting(scene, body); },
               },
               view.body);
    canvas.lift(1, 0);
    if (!said.empty()) {
        canvas.lift(canvas.appear("notice", !m_state.started_ms.contains("notice")), 0);
        notice(canvas, notice_area, said);
        canvas.lift(1, 0);
    } else {
        m_state.started_ms.erase("notice");
    }

    if (keyboard) {
        const bool opening = !m_state.started_ms.contains("keyboard");
        const double open = canvas.appear("keyboard", opening);
        canvas.lift(1, keyboard_height(canvas, *view.keyboard) * static_cast<float>(1 - open));
        const auto* factor = std::get_if<app::SecondFactorView>(&view.body);
        draw_keyboard(canvas, *view.keyboard, enter_label(canvas, view), factor && !factor->by_name);
        canvas.lift(1, 0);
    } else {
        m_state.started_ms.erase("keyboard");
    }
    if (input.released)
        m_state.active.clear();
    m_state.activated.clear();
    // Where the application moved what is typed into, the focus goes along.
    const auto on_text = [&](const Target& target) { return target.id == m_state.ring && target.kind == TargetKind::Text; };
    if (!m_state.typing.empty() && (m_state.ring.empty() || std::ranges::any_of(m_state.targets, on_text)))
        m_state.ring = m_state.typing;

    canvas.finish();
    ImGui::Render();
    StageFrame done;
    done.intents = canvas.intents();
    done.faults = canvas.faults();
    done.animating = canvas.animating();
    done.draw = ImGui::GetDrawData();
    done.ground = ground.fill;
    return done;
}

} // namespace kiosk::ui
