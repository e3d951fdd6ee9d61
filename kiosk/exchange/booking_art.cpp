// SPDX-License-Identifier: Apache-2.0
#include "exchange/booking_art.hpp"

#include "exchange/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kiosk::exchange {
namespace {

using namespace drawing;

constexpr double width = slip_width_px, edge = 28, inner = width - 2 * edge;
constexpr double dots_per_mm = 8; // 203 dpi
constexpr double longest = 2400;  // whatever a roster says, a slip ends
constexpr Colour black{0, 0, 0}, white{1, 1, 1}; // such printers know no grey

TextStyle style(double size, double least, Weight weight, int lines, PangoAlignment align = PANGO_ALIGN_LEFT) {
    return {size, least, weight, black, lines, align, false};
}

void rule(cairo_t* to, double y) {
    set_colour(to, black);
    cairo_rectangle(to, edge, y, inner, 3);
    cairo_fill(to);
}

// Draws it and answers where it ends.
double draw_slip(cairo_t* to, const SlipArt& art) {
    set_colour(to, white);
    cairo_paint(to);
    double y = 24;
    y += draw_text(to, edge, y, inner, art.event, style(28, 24, Weight::Bold, 2, PANGO_ALIGN_CENTER)) + 2;
    y += draw_text(to, edge, y, inner, art.date, style(24, 22, Weight::Regular, 1, PANGO_ALIGN_CENTER)) + 14;
    rule(to, y);
    y += 16;
    y += draw_text(to, edge, y, inner, art.table, style(64, 36, Weight::Bold, 2, PANGO_ALIGN_CENTER));
    y += draw_text(to, edge, y, inner, art.time, style(108, 84, Weight::Bold, 1, PANGO_ALIGN_CENTER)) - 8;
    y += draw_text(to, edge, y, inner, art.until, style(30, 26, Weight::Regular, 1, PANGO_ALIGN_CENTER)) + 10;
    if (!art.state.empty()) {
        const auto state = fit_text(to, inner - 24, art.state, style(36, 26, Weight::Bold, 3, PANGO_ALIGN_CENTER));
        set_colour(to, black);
        cairo_rectangle(to, edge, y, inner, state.height + 20);
        cairo_fill(to);
        paint_text(to, edge + 12, y + 10, state, white);
        y += state.height + 34;
    }
    rule(to, y);
    y += 16;
    y += draw_text(to, edge, y, inner, art.who, style(28, 24, Weight::Regular, 1)) + (art.who.empty() ? 0 : 2);
    if (!art.with.empty())
        y += draw_text(to, edge, y, inner, art.with_label, style(24, 22, Weight::Regular, 1));
    for (std::size_t i = 0; i < art.with.size() && i < 6; ++i)
        y += draw_text(to, edge, y, inner, art.with[i], style(38, 26, Weight::Bold, 2)) + 4;
    y += draw_text(to, edge, y, inner, art.purpose, style(28, 24, Weight::Regular, 2)) + 2;
    y += draw_text(to, edge, y, inner, art.topic, style(28, 24, Weight::Regular, 3)) + 12;
    rule(to, y);
    y += 14;
    for (const auto& line : art.rules)
        y += draw_text(to, edge, y, inner, line, style(26, 22, Weight::Regular, 4)) + 6;
    return std::min(std::ceil(y + 24), longest);
}

} // namespace

SlipArt make_slip_art(const BookingExport& request, const BookingRow& row, const std::string& ticket) {
    const auto& base = request.base;
    const auto text = [&](const std::string& key, const std::string& name = {}, const std::string& value = {}) {
        return base.texts->text(base.language, name.empty() ? core::Message{key, {}} : core::Message{key, {{name, value}}});
    };
    const bool chinese = base.language == core::Language::Chinese;
    const auto& asked = row.booking.request;
    SlipArt art;
    art.event = base.config->event.title.in(base.language);
    art.date = date_text(*base.config, asked.starts, base.language);
    art.table = row.unit;
    art.time = clock_text(*base.config, asked.starts);
    art.until = text("export.slip.until", "time", clock_text(*base.config, asked.ends));
    for (std::size_t i = 0; i < row.people.size() && i < asked.participants.size(); ++i) {
        const auto& person = row.people[i];
        if (!ticket.empty() && asked.participants[i].ticket == ticket) {
            art.who = person.name;
            continue;
        }
        auto one = person.name.empty() ? text("export.calendar.somebody") : person.name;
        if (!person.organisation.empty())
            one += chinese ? "，" + person.organisation : ", " + person.organisation;
        art.with.push_back(std::move(one));
    }
    art.with_label = text(ticket.empty() ? "export.slip.people" : "export.slip.with");
    if (!row.purpose.empty())
        art.purpose = text("export.calendar.purpose", "text", row.purpose);
    if (!row.topic.empty())
        art.topic = text("export.calendar.topic", "text", row.topic);
    using enum core::BookingStatus;
    const auto status = row.standing.status;
    if (status == Pending)
        art.state = text("export.slip.pending");
    else if (status == Cancelled || status == Refused || status == NoShow)
        art.state = row.status;
    const auto grace_min = core::booking_policy(*base.config).grace_ms / 60'000;
    art.rules = {text("export.slip.rule.scan"), text("export.slip.rule.late", "minutes", std::to_string(grace_min))};
    return art;
}

core::Result<std::string> slip_png(const SlipArt& art) {
    double height = 0;
    { // measured first: a receipt is as long as what stands on it
        const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, slip_width_px, 8));
        const Context context(cairo_create(surface.get()));
        height = draw_slip(context.get(), art);
    }
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, slip_width_px, static_cast<int>(height)));
    {
        const Context context(cairo_create(surface.get()));
        draw_slip(context.get(), art);
    }
    return png_of(surface.get());
}

core::Status slip_pdf(const SlipArt& art, const std::filesystem::path& path) {
    double height = 0;
    {
        const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, slip_width_px, 8));
        const Context context(cairo_create(surface.get()));
        height = draw_slip(context.get(), art);
    }
    KIOSK_TRY(auto pdf, PdfFile::create(path, art.event, width / dots_per_mm, height / dots_per_mm));
    auto* to = pdf.context();
    cairo_scale(to, 1 / dots_per_mm, 1 / dots_per_mm);
    draw_slip(to, art);
    cairo_show_page(to);
    return pdf.finish();
}

} // namespace kiosk::exchange
