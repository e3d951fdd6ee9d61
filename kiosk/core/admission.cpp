// SPDX-License-Identifier: Apache-2.0
#include "core/admission.hpp"

#include "core/jsonlogic.hpp"
#include "core/questions.hpp"

#include <algorithm>
#include <array>

namespace kiosk::core {

namespace {

constexpr std::array<std::string_view, 6> outcome_words{"", "admitted", "repeat", "incomplete", "refused",
                                                        "staff_check"};
constexpr std::array<std::string_view, 21> reason_words{
    "",           "unknown",     "ambiguous", "unreadable",    "bad_signature", "wrong_event", "revoked",
    "blocked",    "cancelled",   "unpaid",    "unapproved",    "not_yet_valid", "expired",     "ticket_type",
    "rules",      "already_in",  "full",      "closed",        "not_invited",   "nda_required", "plugin_unavailable"};

// What an override cannot lift: there is nobody to let in.
bool is_final(Reason reason) {
    switch (reason) {
    case Reason::Unreadable:
    case Reason::Unknown:
    case Reason::Ambiguous:
    case Reason::BadSignature:
    case Reason::WrongEvent: return true;
    default: return false;
    }
}

bool is_override(const ScanRequest& request) {
    return request.override_by && !request.override_by->staff.empty() && !request.override_by->reason.empty();
}

bool consents_to(const Consents& consents, std::string_view name) {
    const auto found = consents.find(std::string(name));
    return found != consents.end() && found->second;
}

// One scan on its way through the checks of scenario.md, in their order. Each check answers a reason or None.
class Pipeline {
public:
    Pipeline(const EventConfig& config, const Checkpoint& checkpoint, const ScanRequest& request,
             const RecognisedCode& code, const AdmissionFacts& facts)
        : m_config(config), m_checkpoint(checkpoint), m_request(request), m_code(code), m_facts(facts),
          m_scoped(in_scope(config, checkpoint, facts.history, request.at)) {
        if (facts.registrations.size() == 1)
            m_registration = &facts.registrations.front();
    }

    Decision run(AdmissionPlugin* plugin) {
        Decision decision;
        decision.ticket = m_code.ticket;
        if (m_registration)
            decision.registration = *m_registration;
        m_decision = &decision;

        const bool overriding = is_override(m_request);
        using Check = Reason (Pipeline::*)();
        constexpr std::array<Check, 13> checks{&Pipeline::readable, &Pipeline::listed,    &Pipeline::known,
                                               &Pipeline::live,     &Pipeline::window,    &Pipeline::product,
                                               &Pipeline::approved, &Pipeline::paid,      &Pipeline::invited,
                                               &Pipeline::rules,    &Pipeline::not_yet_in, &Pipeline::open,
                                               &Pipeline::room};
        for (const auto check : checks) {
            const auto reason = (this->*check)();
            if (reason == Reason::None)
                continue;
            if (overriding && !is_final(reason)) {
                decision.overridden.push_back(reason);
                continue;
            }
            decision.outcome = reason == Reason::AlreadyIn ? Outcome::Repeat : Outcome::Refused;
            decision.reason = reason;
            return decision;
        }
        decision.outcome = Outcome::Admitted;
        decision.reason = Reason::None;
        if (overriding) {
            decision.explanation = {};
            decision.first_at.reset();
            return decision;
        }
        if (entering()) {
            ask_questions();
            if (decision.outcome == Outcome::Admitted && plugin)
                ask_plugin(*plugin);
        }
        return decision;
    }

private:
    bool entering() const { return m_request.direction == Direction::Entry; }

    Reason readable() {
        switch (m_code.kind) {
        case CodeKind::Unreadable: return Reason::Unreadable;
        case CodeKind::BadSignature: return Reason::BadSignature;
        case CodeKind::WrongEvent: return Reason::WrongEvent;
        case CodeKind::Signed:
        case CodeKind::Plain: break;
        }
        return Reason::None;
    }

    Reason listed() { return m_facts.revoked ? Reason::Revoked : Reason::None; }

    // A signed ticket that the roster doesn't hold is good: it may have been sold after the roster left.
    Reason known() {
        if (m_facts.registrations.size() > 1)
            return Reason::Ambiguous;
        return !m_registration && m_code.kind != CodeKind::Signed ? Reason::Unknown : Reason::None;
    }

    Reason live() {
        if (!m_registration)
            return Reason::None;
        if (m_registration->status == RegistrationStatus::Cancelled)
            return Reason::Cancelled;
        return m_registration->blocked ? Reason::Blocked : Reason::None;
    }

    Reason window() {
        if (!entering())
            return Reason::None;
        // Both the roster's and the signed window must hold.
        const auto check = [&](const std::optional<Instant>& from, const std::optional<Instant>& until) {
            if (from && m_request.at < *from) {
                explain("explanation.valid_from", *from);
                return Reason::NotYetValid;
            }
            if (until && m_request.at > *until) {
                explain("explanation.valid_until", *until);
                return Reason::Expired;
            }
            return Reason::None;
        };
        if (m_registration)
            if (const auto reason = check(m_registration->valid_from, m_registration->valid_until);
                reason != Reason::None)
                return reason;
        if (m_code.signed_ticket)
            return check(m_code.signed_ticket->valid_from, m_code.signed_ticket->valid_until);
        return Reason::None;
    }

    std::string ticket_type() const {
        if (m_registration)
            return m_registration->ticket_type;
        return m_code.signed_ticket ? m_code.signed_ticket->ticket_type : std::string();
    }

    Reason product() {
        const auto& allowed = m_checkpoint.ticket_types;
        return allowed && std::ranges::find(*allowed, ticket_type()) == allowed->end() ? Reason::TicketType
                                                                                      : Reason::None;
    }

    Reason approved() {
        if (!m_registration)
            return Reason::None;
        const bool waiting = m_registration->status == RegistrationStatus::Pending ||
                             m_registration->status == RegistrationStatus::Waitlist;
        return waiting || !m_registration->approved ? Reason::Unapproved : Reason::None;
    }

    Reason paid() {
        if (!m_registration || m_registration->status != RegistrationStatus::Unpaid)
            return Reason::None;
        return m_checkpoint.include_unpaid && m_request.ignore_unpaid ? Reason::None : Reason::Unpaid;
    }

    const Session* closed_door() const {
        const auto* session = m_checkpoint.session ? m_config.session(*m_checkpoint.session) : nullptr;
        return session && session->kind == "closed_door" ? session : nullptr;
    }

    Reason invited() {
        const auto* session = closed_door();
        if (!session || !entering())
            return Reason::None;
        const auto& invitation = m_facts.invitation;
        if (!invitation || (invitation->status != InvitationStatus::Accepted &&
                            invitation->status != InvitationStatus::Approved))
            return Reason::NotInvited;
        const bool is_signed =
            invitation->nda_signed || m_facts.nda_signed || consents_to(m_request.consents, "nda");
        // Nobody signs for what does not take place: that it is cancelled is said further down.
        return session->nda && !is_signed && !session->cancelled ? Reason::NdaRequired : Reason::None;
    }

    Reason rules() {
        if (!entering() || m_checkpoint.rules.empty())
            return Reason::None;
        RuleFacts facts;
        facts.now = m_request.at;
        facts.event = &m_config.event;
        facts.product = ticket_type();
        facts.variation = m_registration ? m_registration->variation.value_or("") : "";
        facts.gate = m_request.gate;
        for (const auto& past : m_facts.history)
            if (past.direction == Direction::Entry)
                facts.entries.push_back(past.at);
        facts.present = !m_facts.history.empty() && m_facts.history.back().direction == Direction::Entry;

        const auto rule = Rule::parse(m_checkpoint.rules);
        const auto holds = rule ? rule->evaluate(facts) : Result<bool>(std::unexpected(rule.error()));
        if (!holds) {
            m_decision->explanation = {"explanation.rule_broken", {{"why", holds.error().context}}};
            return Reason::Rules;
        }
        if (*holds)
            return Reason::None;
        m_decision->explanation = {"explanation.rule_not_met", {{"part", rule->explain(facts)}}};
        return Reason::Rules;
    }

    Reason not_yet_in() {
        if (!entering())
            return Reason::None;
        const auto first = std::ranges::find(m_scoped, Direction::Entry, &PastScan::direction);
        if (first == m_scoped.end() || m_checkpoint.allow_multiple)
            return Reason::None;
        if (m_checkpoint.allow_reentry && m_scoped.back().direction == Direction::Exit)
            return Reason::None;
        m_decision->first_at = first->at;
        return Reason::AlreadyIn;
    }

    Reason open() {
        if (!entering())
            return Reason::None;
        if (const auto* session = closed_door(); session && session->cancelled) {
            m_decision->explanation = {"explanation.session_cancelled", {}};
            return Reason::Closed;
        } else if (session && session->state != SessionState::Approved) {
            m_decision->explanation = {session->state == SessionState::Locked ? "explanation.session_locked"
                                                                              : "explanation.session_not_approved", {}};
            return Reason::Closed;
        }
        return m_checkpoint.closed || m_config.event.closed ? Reason::Closed : Reason::None;
    }

    Reason room() {
        if (!entering())
            return Reason::None;
        const auto capacity = capacity_of(m_config, m_checkpoint);
        // Somebody who is inside already takes no second place.
        const bool inside = !m_scoped.empty() && m_scoped.back().direction == Direction::Entry;
        return capacity && !inside && m_facts.occupancy >= *capacity ? Reason::Full : Reason::None;
    }

    void ask_questions() {
        static const Answers none;
        const auto& known = m_registration ? m_registration->answers : none;
        m_decision->questions = open_questions(m_config, ticket_type(), known, m_request.answers);
        for (const auto& name : m_config.event.required_consents)
            if (!consents_to(m_request.consents, name) &&
                !(m_registration && consents_to(m_registration->consents, name)))
                m_decision->consents.push_back(name);
        if (!m_decision->questions.empty() || !m_decision->consents.empty())
            m_decision->outcome = Outcome::Incomplete;
    }

    void ask_plugin(AdmissionPlugin& plugin) {
        PluginQuery query;
        query.config = &m_config;
        query.checkpoint = &m_checkpoint;
        query.request = &m_request;
        query.registration = m_registration;
        query.history = &m_facts.history;
        query.ticket = m_code.ticket;
        auto verdict = plugin.decide(query);
        if (verdict.outcome == Outcome::Admitted)
            return;
        m_decision->outcome = verdict.outcome;
        m_decision->reason = verdict.reason;
        m_decision->plugin_explanation = std::move(verdict.explanation);
        m_decision->questions = std::move(verdict.questions);
    }

    void explain(const char* key, Instant at) {
        m_decision->explanation = {key, {{"time", m_config.event.timezone.rfc3339(at)}}};
    }

    const EventConfig& m_config;
    const Checkpoint& m_checkpoint;
    const ScanRequest& m_request;
    const RecognisedCode& m_code;
    const AdmissionFacts& m_facts;
    std::vector<PastScan> m_scoped;
    const Registration* m_registration = nullptr;
    Decision* m_decision = nullptr;
};

} // namespace

std::string_view to_string(Outcome outcome) { return outcome_words[static_cast<std::size_t>(outcome)]; }
std::string_view to_string(Reason reason) { return reason_words[static_cast<std::size_t>(reason)]; }

std::optional<Outcome> parse_outcome(std::string_view text) {
    const auto found = std::ranges::find(outcome_words, text);
    if (text.empty() || found == outcome_words.end())
        return std::nullopt;
    return static_cast<Outcome>(found - outcome_words.begin());
}

std::optional<Reason> parse_reason(std::string_view text) {
    const auto found = std::ranges::find(reason_words, text);
    if (found == reason_words.end())
        return std::nullopt;
    return static_cast<Reason>(found - reason_words.begin());
}

std::vector<PastScan> in_scope(const EventConfig& config, const Checkpoint& checkpoint,
                               const std::vector<PastScan>& history, Instant at) {
    if (checkpoint.scope != Scope::Day)
        return history;
    const auto today = config.event.timezone.day_number(at);
    std::vector<PastScan> scoped;
    std::ranges::copy_if(history, std::back_inserter(scoped), [&](const PastScan& past) {
        return config.event.timezone.day_number(past.at) == today;
    });
    return scoped;
}

std::optional<std::int64_t> capacity_of(const EventConfig& config, const Checkpoint& checkpoint) {
    if (checkpoint.capacity)
        return checkpoint.capacity;
    if (!checkpoint.session)
        return config.event.capacity;
    const auto* session = config.session(*checkpoint.session);
    return session ? session->capacity : std::nullopt;
}

RecognisedCode recognise_for_event(const EventConfig& config, std::string_view raw_code,
                                   const SignatureVerifier& verifier) {
    RecognisedCode code;
    auto text = normalise_code(raw_code);
    if (text.empty())
        return code;
    if (auto carried = code_in_url(text))
        text = std::move(*carried);
    if (!has_ticket_prefix(text)) {
        code.kind = CodeKind::Plain;
        code.ticket = std::move(text);
        return code;
    }
    auto parsed = parse_ticket(text);
    if (!parsed)
        return code;
    const auto& ticket = parsed->ticket;
    if (const auto* key = config.key(ticket.key_id)) {
        if (!verifier.verify_ed25519(key->ed25519_public, parsed->signed_bytes, parsed->signature))
            code.kind = CodeKind::BadSignature;
        else
            code.kind = ticket.event == config.event.code ? CodeKind::Signed : CodeKind::WrongEvent;
    } else {
        // Another event's key is not known here, and need not be: its tickets are refused either way.
        code.kind = ticket.event == config.event.code ? CodeKind::BadSignature : CodeKind::WrongEvent;
    }
    if (code.kind == CodeKind::Signed) {
        code.ticket = ticket.ticket;
        code.signed_ticket = std::move(parsed->ticket);
    }
    return code;
}

Decision decide(const EventConfig& config, const ScanRequest& request, const RecognisedCode& recognised,
                const AdmissionFacts& facts, AdmissionPlugin* plugin) {
    const auto* checkpoint = config.checkpoint(request.checkpoint);
    KIOSK_ASSERT(checkpoint != nullptr);
    return Pipeline(config, *checkpoint, request, recognised, facts).run(plugin);
}

} // namespace kiosk::core
