// SPDX-License-Identifier: Apache-2.0
// The founding of a city's user group, an add-on. Purpose: who wants to join says as what, where, and what they would
// give; they are told when the ceremony is, and the report has the founding roster. Roles are confirmed on stage, not
// here. Its settings are in the event's under "user_group". No state. Threads: any. Failure: settings of a wrong shape
// are a Problem and the door goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace user_group {

using namespace kiosk::sdk;

namespace {

constexpr std::array<std::string_view, 1> door_questions{"join_group"};
constexpr std::array<std::string_view, 3> roles{"member", "ambassador", "organizer"};

// Who leads a group has said what they will do for it.
bool leads(std::string_view role) {
    return role == "organizer" || role == "ambassador";
}

const AgendaItem* coming_ceremony(const WelcomeRequest& request) {
    for (const AgendaItem& item : request.agenda)
        if (item.kind == "ceremony" && item.starts.unix_ms > request.now.unix_ms)
            return &item;
    return nullptr;
}

} // namespace

class UserGroup {
  public:
    explicit UserGroup(const Config&) {}

    // Nobody is held up unless settings.user_group.ask_at_door wants the question answered; who then says yes is also
    // asked as what and where.
    Decision decide(const DecideRequest& request) const {
        const Answers& given = request.holder.answers;
        auto asked = kit::asked_at_door(kit::settings_of(request.event, "user_group"), door_questions);
        if (asked.empty() || (!given.contains("join_group") && given.contains("role_wanted")))
            return Decision::admit(); // lists that came from elsewhere may name the role alone
        if (kit::is_yes(given, "join_group"))
            asked = {"role_wanted", "city"};
        return kit::unanswered(request, asked).value_or(Decision::admit());
    }

    Form form(const FormRequest& request) const {
        const auto if_joining = [](Field field) { return kit::when(std::move(field), "join_group", {"yes"}); };
        Field role = kit::required(kit::helped(kit::choice_of("role_wanted", "single", roles)));
        Field contribution = kit::choice("contribution", "multiple", {"talk", "article", "case", "support"});
        Form form{
            {kit::step("user_group",
                       {kit::field("join_group", "yes_no"), if_joining(kit::leading_to(std::move(role), "group_join")),
                        if_joining(kit::required(kit::limited(kit::field("city", "text"), 2, 30))),
                        if_joining(kit::leading_to(std::move(contribution), "case_talk", {"case"}))})}};
        kit::ask_at_door(form, kit::asked_at_door(kit::settings_of(request.event, "user_group"), door_questions));
        return form;
    }

    Validation validate(const ValidateRequest& request) const {
        Validation validation;
        if (kit::is_yes(request.answers, "join_group") && leads(text_of(request.answers, "role_wanted")) &&
            choices_of(request.answers, "contribution").empty())
            kit::complain(validation, "contribution", "contribution");
        return validation;
    }

    Welcome welcome(const WelcomeRequest& request) const {
        const Answers& given = request.holder.answers;
        const std::string role = text_of(given, "role_wanted");
        if (kit::contains(roles, role)) {
            const AgendaItem* ceremony = coming_ceremony(request);
            if (ceremony == nullptr)
                return {};
            return {{Text::of(
                leads(role) ? "welcome.founding_on_stage" : "welcome.founding_member",
                {{"role", Text::of("option.role_wanted." + role)}, {"time", Text::data(ceremony->starts.clock())}})}};
        }
        auto desk = kit::place_in(kit::settings_of(request.event, "user_group"), "desk");
        if (!desk || given.contains("join_group") || request.holder.role == "staff" ||
            request.holder.role == "volunteer")
            return {}; // who said no is not asked again
        return {{Text::of("welcome.founding_join", {{"place", std::move(*desk)}})}};
    }

    // That there is an organizer at all is for those to see who found the group, before the ceremony.
    Report report(const ReportRequest&) const {
        return {{kit::section("founding_roster", {"founding_roster", "answers_role_wanted"}),
                 kit::section("founding_organisations", {"founding_organisations"}),
                 kit::section("contributions", {"answers_contribution"}),
                 kit::section("founding_check", {"founding_organizers"}, kit::Audience::Organizers)}};
    }
};

} // namespace user_group

using user_group::UserGroup;

KIOSK_PLUGIN(UserGroup, &UserGroup::decide, &UserGroup::form, &UserGroup::validate, &UserGroup::welcome,
             &UserGroup::report)
