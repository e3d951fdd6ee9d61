// SPDX-License-Identifier: Apache-2.0
// A book club: a complete event type in one file. Copy the folder, then change what your event does differently.
#include <kiosk_plugin_kit.hpp>

#include <optional>
#include <vector>

namespace {

using namespace kiosk::sdk;

class BookClub {
  public:
    explicit BookClub(const Config&) {}

    // Who may pass. Asked after the kiosk's own checks (is the ticket real, paid, not used twice?), and only able to
    // take away. Settings of the event turn a rule on: {"members_only": true}.
    Decision decide(const DecideRequest& request) const {
        std::optional<Decision> own;
        if (request.event.setting().flag("members_only", false) && request.holder.source == "walk_in")
            own = Decision::to_staff("rules", Text::of("explain.members_only"));
        // The rules of every event type (doors by role, opening times, the roster) come before.
        return kit::decide(request, own, {});
    }

    // What is asked of a registrant. The texts are keys: "field.has_read" is in locale/zh.json and locale/en.json.
    Form form(const FormRequest& request) const {
        if (request.form != "registration")
            throw Problem(KIOSK_E_REQUEST, "no such form: " + request.form.substr(0, 64));
        return {{kit::person_step({kit::choice("has_read", "single", {"yes", "partly", "no"})}), kit::consent_step()}};
    }

    // The lines under the name, once somebody is in. {"book": {"zh": "…", "en": "…"}} names the book.
    Welcome welcome(const WelcomeRequest& request) const {
        std::optional<Text> book;
        if (auto title = kit::place_in(request.event.setting(), "book"))
            book = Text::of("welcome.book", {{"book", std::move(*title)}});
        std::optional<Text> summary;
        if (text_of(request.holder.answers, "has_read") == "no")
            summary = Text::of("welcome.summary");
        return kit::lines({kit::greeting(request.holder), book, summary});
    }

    // What the report holds afterwards; the kiosk computes the figures.
    Report report(const ReportRequest&) const {
        return {{{"attendance", Text::of("report.attendance"), {"registered", "present", "absent", "attendance_rate"}}}};
    }
};

} // namespace

KIOSK_PLUGIN(BookClub, &BookClub::decide, &BookClub::form, &BookClub::welcome, &BookClub::report)
