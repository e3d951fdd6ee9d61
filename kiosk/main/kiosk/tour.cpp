// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/tour.hpp"

#include "resources/resources.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <set>

namespace kiosk::program {

namespace {

using Json = nlohmann::json;
namespace intent = app::intent;

template <typename Body>
const Body* body_of(const app::View& view) {
    return std::get_if<Body>(&view.body);
}

} // namespace

core::Result<TourPlan> load_plan(const std::filesystem::path& clip) {
    auto file = clip;
    file += ".plan.json";
    KIOSK_TRY(const auto text, resources::read_file(file, 1u << 20));
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return core::fail(core::ErrorCode::Invalid, "error.clip_plan", file.string());
    const auto field = [&](const char* name) {
        return json.contains(name) && json.at(name).is_string() ? json.at(name).get<std::string>() : std::string();
    };
    TourPlan plan;
    if (json.contains("codes") && json.at("codes").is_number_unsigned())
        plan.codes = json.at("codes").get<std::size_t>();
    plan.search_pinyin = field("search_pinyin");
    plan.search_name = field("search_name");
    plan.search_phone_tail = field("search_phone_tail");
    plan.spare_ticket = field("spare_ticket");
    plan.returning_ticket = field("returning_ticket");
    plan.staff_pin = field("staff_pin");
    return plan;
}

Tour::Tour(app::AppThread& app, TourPlan plan, std::filesystem::path folder, TourHooks hooks)
    : m_app(app), m_plan(std::move(plan)), m_folder(std::move(folder)), m_hooks(std::move(hooks)) {
    std::filesystem::create_directories(m_folder);
    m_thread = std::thread([this] {
        run();
        const std::lock_guard lock(m_mutex);
        m_done = true;
        m_hooks.wake();
    });
}

Tour::~Tour() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_taken.notify_all();
    m_thread.join();
}

bool Tour::done() const {
    const std::lock_guard lock(m_mutex);
    return m_done;
}

void Tour::serve_pictures(const std::function<core::Result<ui::Picture>(const app::View&)>& take) {
    std::shared_ptr<const app::View> wanted;
    {
        const std::lock_guard lock(m_mutex);
        wanted = std::exchange(m_wanted, nullptr);
    }
    if (!wanted)
        return;
    auto picture = take(*wanted);
    {
        const std::lock_guard lock(m_mutex);
        m_picture = picture ? std::move(*picture) : ui::Picture{};
    }
    m_taken.notify_all();
}

std::optional<ui::Picture> Tour::picture() {
    pause(350); // what slides in has arrived, and glyphs seen for the first time are there
    std::unique_lock lock(m_mutex);
    m_picture.reset();
    m_wanted = m_app.view();
    m_hooks.wake();
    m_taken.wait_for(lock, std::chrono::seconds(10), [this] { return m_picture || m_stop; });
    return m_picture && m_picture->width > 0 ? m_picture : std::nullopt;
}

void Tour::save(const std::string& name, const std::optional<ui::Picture>& picture) {
    const auto file = m_folder / fmt::format("{:02}-{}.png", ++m_number, name);
    if (!picture || !ui::write_png(*picture, file))
        m_problems.push_back("no picture of " + name);
    else
        fmt::print("tour: {}\n", file.filename().string());
    std::fflush(stdout);
}

void Tour::shoot(const std::string& name) { save(name, picture()); }

void Tour::pause(int ms) {
    std::unique_lock lock(m_mutex);
    m_taken.wait_for(lock, std::chrono::milliseconds(ms), [this] { return m_stop; });
}

std::shared_ptr<const app::View> Tour::wait_for(const std::string& what, const Condition& condition, int timeout_ms) {
    for (int waited_ms = 0; waited_ms < timeout_ms; waited_ms += 20) {
        auto view = m_app.view();
        if (condition(*view))
            return view;
        pause(20);
    }
    m_problems.push_back("waited in vain for " + what);
    return nullptr;
}

template <typename Body>
std::shared_ptr<const app::View> Tour::wait_for_screen(const std::string& what, int timeout_ms) {
    return wait_for(what, [](const app::View& view) { return body_of<Body>(view) != nullptr; }, timeout_ms);
}

void Tour::back_to_idle() {
    for (int tries = 0; tries < 8 && !body_of<app::IdleView>(*m_app.view()); ++tries) {
        m_app.post(intent::Back{});
        pause(150);
    }
}

void Tour::press(const std::string& keys) {
    for (const char key : keys) {
        m_app.post(intent::PressKey{std::string(1, key)});
        pause(60);
    }
}

// Types pinyin and picks candidates until the wanted characters are there, as a person does.
void Tour::type_pinyin(const std::string& letters, const std::string& wanted) {
    press(letters);
    auto rest = wanted;
    for (int turns = 0; turns < 40 && !rest.empty(); ++turns) {
        pause(60);
        const auto view = m_app.view();
        if (!view->keyboard || view->keyboard->candidates.empty())
            break;
        const auto& candidates = view->keyboard->candidates;
        std::size_t best = candidates.size(), length = 0;
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (rest.starts_with(candidates[i]) && candidates[i].size() > length)
                best = i, length = candidates[i].size();
        if (best == candidates.size()) {
            if (!view->keyboard->has_next_page)
                break;
            m_app.post(intent::TurnPage{1});
            continue;
        }
        m_app.post(intent::PickCandidate{best});
        rest.erase(0, length);
    }
    if (!rest.empty())
        m_problems.push_back("the input method did not offer " + wanted);
    pause(100);
}

// The first choice, yes to what must be agreed, a number where there must be one.
void Tour::answer(const app::FormView& form) {
    for (const auto& field : form.fields) {
        // Whoever has filled in an organisation is not "without one".
        const bool said = !field.said.zh.empty() || !field.said.en.empty();
        if ((field.answered && field.problem.empty() && !said) || field.id == "person.individual")
            continue;
        const auto pick = [&] { return said ? field.options.back().id : field.options.front().id; }; // not the same again
        if (field.kind == app::FieldKind::YesNo || field.kind == app::FieldKind::Consent)
            m_app.post(intent::SetAnswer{field.id, true});
        else if (field.kind == app::FieldKind::Multiple && !field.options.empty())
            m_app.post(intent::SetAnswer{field.id, std::vector<std::string>{pick()}});
        else if (!field.options.empty())
            m_app.post(intent::SetAnswer{field.id, pick()});
    }
    m_app.post(intent::Confirm{});
}

void Tour::run() {
    idle_screens();
    watch_the_clip();
    m_hooks.camera_off(); // nobody else comes while somebody types
    wait_for("the camera's end", [](const app::View& view) { return view.scanner == app::ScannerState::Off; });
    back_to_idle();
    shoot("idle-without-camera");
    search_for_somebody();
    register_somebody();
    visit_staff();
    fill_the_disk();
}

void Tour::idle_screens() {
    wait_for("the camera", [](const app::View& view) { return view.scanner == app::ScannerState::Live; }, 20'000);
    shoot("idle-zh");
    m_app.post(intent::ToggleLanguage{});
    wait_for("English", [](const app::View& view) { return view.language == core::Language::English; });
    shoot("idle-en");
    m_app.post(intent::ToggleLanguage{});
    wait_for("Chinese", [](const app::View& view) { return view.language == core::Language::Chinese; });
}

void Tour::watch_the_clip() {
    std::set<std::string> seen;
    std::uint64_t last_cue = m_app.view()->cue_number;
    std::size_t results = 0;
    std::uint64_t answered = 0;
    // Five seconds a code, and a reserve: the clip repeats itself if anything was missed.
    for (std::size_t waited_ms = 0; results < m_plan.codes && waited_ms < m_plan.codes * 5000 + 30'000; waited_ms += 30) {
        pause(30);
        const auto view = m_app.view();
        if (const auto* form = body_of<app::FormView>(*view); form && view->revision != answered) {
            if (seen.insert("form").second)
                shoot("form");
            answer(*form);
            answered = m_app.view()->revision;
            pause(100);
            continue;
        }
        const auto* result = body_of<app::ResultView>(*view);
        if (!result || view->cue_number == last_cue)
            continue;
        last_cue = view->cue_number;
        ++results;
        m_admitted += result->outcome == core::Outcome::Admitted ? 1 : 0;
        const auto kind = std::string(core::to_string(result->outcome)) +
                          (result->reason == core::Reason::None ? "" : "-" + std::string(core::to_string(result->reason)));
        if (seen.insert(kind).second)
            shoot("result-" + kind);
    }
    if (results < m_plan.codes)
        m_problems.push_back(fmt::format("the clip showed {} codes, {} were answered", m_plan.codes, results));
    back_to_idle();
}

void Tour::search_for_somebody() {
    m_app.post(intent::OpenSearch{});
    wait_for_screen<app::SearchView>("the search");
    shoot("search-empty");
    press(m_plan.search_pinyin);
    shoot("search-pinyin");
    type_pinyin("", m_plan.search_name);
    wait_for("a row", [](const app::View& view) {
        const auto* search = body_of<app::SearchView>(view);
        return search && !search->rows.empty();
    });
    shoot("search-rows");
    m_app.post(intent::PickRow{0});
    if (!wait_for_screen<app::SecondFactorView>("the second factor"))
        return back_to_idle();
    press(m_plan.search_phone_tail);
    shoot("second-factor");
    m_app.post(intent::Confirm{});
    for (int pages = 0; pages < 6; ++pages) {
        const auto view = wait_for("a result of the search", [](const app::View& v) {
            return body_of<app::ResultView>(v) || body_of<app::FormView>(v) || body_of<app::ConfirmView>(v);
        });
        if (!view)
            break;
        if (const auto* form = body_of<app::FormView>(*view)) {
            answer(*form);
            pause(200);
            continue;
        }
        if (body_of<app::ConfirmView>(*view)) {
            shoot("confirm");
            m_app.post(intent::Confirm{});
            pause(200);
            continue;
        }
        const auto* result = body_of<app::ResultView>(*view);
        m_admitted += result->outcome == core::Outcome::Admitted ? 1 : 0;
        if (result->outcome != core::Outcome::Admitted)
            m_problems.push_back("whom the search found was not admitted");
        shoot("result-found-by-name");
        break;
    }
    back_to_idle();
}

void Tour::register_somebody() {
    m_app.post(intent::OpenWalkIn{});
    if (!wait_for_screen<app::FormView>("the walk-in form"))
        return;
    shoot("walk-in-empty");
    for (int pages = 0; pages < 16; ++pages) {
        const auto view = m_app.view();
        const auto* form = body_of<app::FormView>(*view);
        if (!form)
            break;
        for (const auto& field : form->fields) {
            m_app.post(intent::FocusField{field.id});
            pause(80);
            if (field.id == "person.name") {
                press("jiangqiufen");
                shoot("walk-in-pinyin");
                type_pinyin("", "江秋分");
            } else if (field.kind == app::FieldKind::Phone) {
                press("10000008866");
            } else if (field.id == "person.organisation") {
                m_app.post(intent::TypeText{"竹里示例大学"});
            }
            pause(80);
        }
        const auto filled = m_app.view();
        if (pages == 0)
            shoot("walk-in-filled");
        if (const auto* again = body_of<app::FormView>(*filled))
            answer(*again);
        pause(400);
    }
    const auto view = wait_for_screen<app::ResultView>("the walk-in's result");
    if (!view) {
        shoot("walk-in-unfinished"); // what it was that nobody could answer
        return back_to_idle();
    }
    const auto* result = body_of<app::ResultView>(*view);
    m_admitted += result->outcome == core::Outcome::Admitted ? 1 : 0;
    if (result->outcome != core::Outcome::Admitted)
        m_problems.push_back("the walk-in was not admitted");
    shoot("result-walk-in");
    back_to_idle();
}

void Tour::visit_staff() {
    m_app.post(intent::ScannedText{m_plan.returning_ticket, "tour"});
    wait_for_screen<app::ResultView>("the repeat that staff lift");
    pause(1000);
    back_to_idle();
    m_app.post(intent::OpenStaff{});
    if (!wait_for_screen<app::StaffPinView>("the PIN"))
        return;
    press(m_plan.staff_pin.substr(0, 3));
    shoot("staff-pin");
    press(m_plan.staff_pin.substr(std::min<std::size_t>(3, m_plan.staff_pin.size())));
    m_app.post(intent::Confirm{});
    if (!wait_for_screen<app::StaffView>("the staff screens"))
        return back_to_idle();
    const std::pair<app::StaffTab, const char*> tabs[]{{app::StaffTab::Counts, "counts"},
                                                       {app::StaffTab::Recent, "recent"},
                                                       {app::StaffTab::Override, "override"},
                                                       {app::StaffTab::Setup, "setup"},
                                                       {app::StaffTab::System, "system"}};
    for (const auto& [tab, name] : tabs) {
        m_app.post(intent::ChooseTab{tab});
        pause(200);
        shoot(std::string("staff-") + name);
        const auto view = m_app.view();
        const auto* staff = body_of<app::StaffView>(*view);
        if (staff && tab == app::StaffTab::Override && staff->override_target && !staff->override_reasons.empty()) {
            m_app.post(intent::DoOverride{staff->override_reasons.front().id});
            pause(300);
            shoot("staff-override-done");
            m_app.post(intent::Confirm{}); // back to where staff were
            if (!wait_for_screen<app::StaffView>("the staff screens after the override"))
                break;
            m_app.post(intent::ChooseTab{app::StaffTab::Recent});
            pause(200);
            const auto recent = m_app.view();
            if (const auto* rows = body_of<app::StaffView>(*recent))
                for (const auto& row : rows->recent)
                    if (row.can_undo) {
                        m_app.post(intent::AskUndo{row.id});
                        pause(100);
                        shoot("staff-undo-asked");
                        m_app.post(intent::ConfirmUndo{row.id});
                        pause(200);
                        shoot("staff-undone");
                        break;
                    }
        }
    }
    m_app.post(intent::LeaveStaff{});
    back_to_idle();
}

// From here on no file of this process may grow: what a full disk does, without filling anybody's disk.
void Tour::fill_the_disk() {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit full = before;
    full.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &full);
    m_app.post(intent::ScannedText{m_plan.spare_ticket, "tour"});
    for (int pages = 0; pages < 6 && !body_of<app::OutOfOrderView>(*m_app.view()); ++pages) {
        const auto view = wait_for("the full disk's screen", [](const app::View& v) {
            return body_of<app::OutOfOrderView>(v) || body_of<app::FormView>(v) || body_of<app::ResultView>(v);
        });
        if (!view || body_of<app::ResultView>(*view))
            break;
        if (const auto* form = body_of<app::FormView>(*view))
            answer(*form);
        pause(200);
    }
    const auto view = m_app.view();
    const bool out_of_order = body_of<app::OutOfOrderView>(*view) != nullptr;
    const auto taken = picture();
    ::setrlimit(RLIMIT_FSIZE, &before);
    if (!out_of_order)
        m_problems.push_back("a full disk did not put the kiosk out of order");
    save("out-of-order", taken);
    m_app.post(intent::Confirm{}); // staff: try again
    pause(500);
}

} // namespace kiosk::program
