// SPDX-License-Identifier: Apache-2.0
#include "conference.hpp"

namespace conference {

using namespace kiosk::sdk;

namespace {

constexpr std::int64_t max_tracks = 3;

// The conference's own tracks; until they are known, what people want to move from.
Field tracks_field(const Event& event) {
    const auto tracks = tracks_of(event);
    if (tracks.empty())
        return kit::limited(kit::tracks_field(), std::nullopt, max_tracks);
    Field field{"tracks", "multiple", Text::of("field.own_tracks")};
    field.help = Text::of("help.own_tracks");
    for (const Track& track : tracks)
        field.options.push_back({track.id, Text::data(track.text)});
    return kit::limited(std::move(field), std::nullopt, max_tracks);
}

} // namespace

std::vector<Track> tracks_of(const Event& event) {
    std::vector<Track> tracks;
    for (const Json& item : event.setting().array("tracks")) {
        const Object track(item, "event.settings.tracks");
        tracks.push_back({track.text("id"), LocalText::read(track.object("text")), kit::place_in(track, "room")});
    }
    return tracks;
}

Form Conference::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(kit::person_step());
    std::vector<Field> wishes{tracks_field(request.event)};
    if (has_meals(request.event)) {
        wishes.push_back(kit::choice("diet", "single", {"any", "vegetarian", "halal", "allergy"}));
        wishes.push_back(kit::when(kit::required(kit::limited(kit::field("diet_note", "text"), std::nullopt, 60)),
                                   "diet", {"allergy"}));
    }
    form.steps.push_back(kit::step("conference", std::move(wishes)));
    form.steps.push_back(kit::invoice_step());
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions(request.event)));
    return form;
}

Validation Conference::validate(const ValidateRequest& request) const {
    Validation validation;
    kit::check_invoice(validation, request.answers);
    return validation;
}

} // namespace conference
