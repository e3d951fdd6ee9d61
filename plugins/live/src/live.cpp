// SPDX-License-Identifier: Apache-2.0
// The live stream, an add-on: people who watch have no door. Purpose: asks who will watch and where, sends a viewer who
// comes in person to staff with a friendly word, tells guests about the cameras, and keeps reach apart from attendance
// in the report (the numbers are entered afterwards). Its settings are in the event's under "live". No state. Threads:
// any. Failure: settings of a wrong shape are a Problem and the door goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace live {

using namespace kiosk::sdk;

namespace {

// Registered for the stream: by ticket type (settings.live.ticket_types, else "online" and "live") or by answer.
bool is_viewer(const Object& settings, const Holder& holder) {
    const auto types =
        settings.has("ticket_types") ? settings.texts("ticket_types") : std::vector<std::string>{"online", "live"};
    return kit::contains(types, holder.ticket_type) || text_of(holder.answers, "attends") == "online";
}

} // namespace

class Live {
  public:
    explicit Live(const Config&) {}

    // A viewer at the door is a guest more than was counted on: staff see whether there is a seat. Where there are
    // enough of them (settings.live.viewers_welcome), nobody needs to look.
    Decision decide(const DecideRequest& request) const {
        const Object settings = kit::settings_of(request.event, "live");
        if (!is_viewer(settings, request.holder) || settings.flag("viewers_welcome", false))
            return Decision::admit();
        return Decision::to_staff("ticket_type", Text::of("explain.viewer"));
    }

    Form form(const FormRequest&) const {
        return {{kit::step("live",
                           {kit::choice("attends", "single", {"onsite", "online"}),
                            kit::when(kit::choice("watch_on", "multiple", {"wechat", "dingtalk", "bilibili", "other"}),
                                      "attends", {"online"}),
                            kit::when(kit::helped(kit::bound("email", "email", "email")), "attends", {"online"})}),
                 kit::step("consent", {kit::helped(kit::bound("media", "yes_no", "consent"))})}};
    }

    // settings.live.off_camera {"zh": …, "en": …}: where the cameras don't reach.
    Welcome welcome(const WelcomeRequest& request) const {
        auto place = kit::place_in(kit::settings_of(request.event, "live"), "off_camera");
        if (!place || request.holder.role == "staff" || request.holder.role == "volunteer")
            return {};
        return {{Text::of("welcome.off_camera", {{"place", std::move(*place)}})}};
    }

    Report report(const ReportRequest&) const {
        return {{kit::section("online_reach", {"online_reach", "answers_watch_on"}),
                 kit::section("replays", {"replay_links"})}};
    }
};

} // namespace live

using live::Live;

KIOSK_PLUGIN(Live, &Live::decide, &Live::form, &Live::welcome, &Live::report)
