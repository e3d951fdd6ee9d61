// SPDX-License-Identifier: Apache-2.0
#include "input_method/rime_composer.hpp"

#include <fcntl.h>
#include <rime_api.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kiosk::input_method {

using core::ErrorCode;
using core::fail;
namespace fs = std::filesystem;

namespace {

constexpr const char* schema_id = "xiangdao_pinyin";
constexpr std::array own_files = {"default.yaml", "xiangdao_pinyin.schema.yaml", "xiangdao_names.schema.yaml",
                                  "xiangdao_names.dict.yaml"};

// X11 key symbols, which librime speaks.
constexpr int key_backspace = 0xff08;
constexpr int key_page_up = 0xff55;
constexpr int key_page_down = 0xff56;

// A C struct of librime that is filled by one call and must be freed by another.
struct Context {
    explicit Context(RimeSessionId session) : m_api(rime_get_api()) {
        RIME_STRUCT_INIT(RimeContext, value);
        filled = m_api->get_context(session, &value) != False;
    }
    ~Context() {
        if (filled)
            m_api->free_context(&value);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    RimeContext value{};
    bool filled = false;

private:
    RimeApi* m_api;
};

core::Status prepare_folder(const RimeFolders& folders) {
    std::error_code error;
    fs::create_directories(folders.user, error);
    if (!error)
        fs::permissions(folders.user, fs::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::Io, "error.input_method_folder", folders.user.string() + ": " + error.message());
    return {};
}

// Our schema beside a clean slate. What librime built last time may be torn by a power cut, and it maps those files
// unchecked: everything is built afresh.
bool renew_files(const RimeFolders& folders) {
    std::error_code error;
    fs::remove_all(folders.user / "build", error);
    for (const char* name : own_files)
        if (!error)
            fs::copy_file(folders.schemas / name, folders.user / name, fs::copy_options::overwrite_existing, error);
    return !error;
}

// Two kiosks of one user may start at the same time. Held while the files are renewed; afterwards each has them mapped,
// and what the other one puts there is the same.
class FolderLock {
public:
    explicit FolderLock(const fs::path& folder)
        : m_fd(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        if (m_fd >= 0)
            ::flock(m_fd, LOCK_EX);
    }
    ~FolderLock() {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int m_fd;
};

} // namespace

// The process's one librime. Its C interface is global, so there can be no second one.
class RimeComposer::Engine {
public:
    static core::Result<std::shared_ptr<Engine>> shared(const RimeFolders& folders) {
        static std::mutex mutex;
        static std::weak_ptr<Engine> current;
        const std::lock_guard lock(mutex);
        if (auto engine = current.lock()) {
            if (engine->m_folders.user != folders.user || engine->m_folders.shared != folders.shared)
                return fail(ErrorCode::Conflict, "error.input_method_busy", engine->m_folders.user.string());
            return engine;
        }
        std::error_code error;
        for (const auto& needed : {folders.shared / "luna_pinyin.dict.yaml", folders.schemas / own_files.front()})
            if (!fs::exists(needed, error))
                return fail(ErrorCode::NotFound, "error.input_method_data", needed.string());
        KIOSK_CHECK(prepare_folder(folders));
        auto engine = std::make_shared<Engine>(folders);
        current = engine;
        return engine;
    }

    explicit Engine(RimeFolders folders) : m_folders(std::move(folders)), m_worker([this] { prepare(); }) {}

    ~Engine() {
        m_worker.join();
        if (m_initialized)
            rime_get_api()->finalize();
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    bool ready() const { return m_state.load(std::memory_order_acquire) == State::Ready; }
    void mark_failed() { m_state.store(State::Failed, std::memory_order_release); }

    bool wait(std::chrono::milliseconds timeout) {
        std::unique_lock lock(m_mutex);
        m_done.wait_for(lock, timeout, [this] { return m_state.load() != State::Preparing; });
        return ready();
    }

private:
    enum class State : std::uint8_t { Preparing = 1, Ready, Failed };

    void prepare() {
        bool good = false;
        try {
            const FolderLock lock(m_folders.user);
            good = renew_files(m_folders) && deploy();
        } catch (const std::exception&) {
            // librime throws where files are damaged; the keyboard then offers Latin letters only.
        }
        const std::lock_guard lock(m_mutex);
        m_state.store(good ? State::Ready : State::Failed, std::memory_order_release);
        m_done.notify_all();
    }

    bool deploy() {
        RimeApi* api = rime_get_api();
        const std::string user = m_folders.user.string();
        const std::string shared = m_folders.shared.string();
        RIME_STRUCT(RimeTraits, traits);
        traits.shared_data_dir = shared.c_str();
        traits.user_data_dir = user.c_str();
        traits.distribution_name = "Xiangdao";
        traits.distribution_code_name = "xiangdao";
        traits.distribution_version = "1";
        traits.app_name = "rime.xiangdao";
        traits.min_log_level = 3; // fatal only: what is typed must not reach a log
        traits.log_dir = "";      // and no log files
        static std::once_flag set_up; // starts librime's logging, which aborts the process when started twice
        std::call_once(set_up, [&] { api->setup(&traits); });

        m_initialized = true;
        api->deployer_initialize(&traits);
        if (!api->deploy_config_file("default.yaml", "config_version"))
            return false;
        for (const char* file : {"xiangdao_names.schema.yaml", "xiangdao_pinyin.schema.yaml"})
            if (!api->deploy_schema((m_folders.user / file).c_str()))
                return false;
        api->initialize(&traits);

        // Reads the dictionaries in once, so that the first visitor's first key does not wait for the disk. The session
        // stays open and keeps them loaded. The word is in the distribution's dictionary and not in our own.
        const RimeSessionId session = api->create_session();
        if (session == 0 || !api->select_schema(session, schema_id))
            return false;
        for (const char key : {'d', 'i', 'a', 'n', 'h', 'u', 'a'})
            api->process_key(session, key, 0);
        const bool works = [&] {
            const Context context(session);
            return context.filled && context.value.menu.num_candidates > 0;
        }();
        api->clear_composition(session);
        return works;
    }

    RimeFolders m_folders;
    std::atomic<State> m_state{State::Preparing};
    std::mutex m_mutex;
    std::condition_variable m_done;
    bool m_initialized = false; // written by the worker, read after it was joined
    std::thread m_worker;       // last: it uses what is above
};

core::Result<std::unique_ptr<RimeComposer>> RimeComposer::create(const RimeFolders& folders) {
    try {
        KIOSK_TRY(auto engine, Engine::shared(folders));
        return std::unique_ptr<RimeComposer>(new RimeComposer(std::move(engine)));
    } catch (const std::exception& error) { // no thread to be had
        return fail(ErrorCode::Unavailable, "error.input_method_start", error.what());
    }
}

RimeComposer::RimeComposer(std::shared_ptr<Engine> engine) : m_engine(std::move(engine)) {}

RimeComposer::~RimeComposer() {
    if (m_session != 0)
        guarded([this] { rime_get_api()->destroy_session(m_session); });
}

core::Status RimeComposer::wait_until_ready(std::chrono::milliseconds timeout) {
    if (!m_engine->wait(timeout))
        return fail(ErrorCode::Unavailable, "error.input_method_start");
    return {};
}

bool RimeComposer::available() const {
    return m_engine->ready();
}

// A throwing librime is a broken one: from then on it is not available and nothing is composed.
template <typename Call>
void RimeComposer::guarded(Call&& call) {
    try {
        call();
    } catch (const std::exception&) {
        m_engine->mark_failed();
        m_composition = {};
    }
}

bool RimeComposer::ready() {
    if (!available())
        return false;
    guarded([this] {
        RimeApi* api = rime_get_api();
        // librime closes sessions that have slept for minutes; a kiosk's always has.
        if (m_session != 0 && api->find_session(m_session))
            return;
        m_composition = {};
        m_session = api->create_session();
        if (m_session != 0 && !api->select_schema(m_session, schema_id))
            m_session = 0;
    });
    return available() && m_session != 0;
}

std::string RimeComposer::letters() const {
    const char* input = rime_get_api()->get_input(m_session);
    return input == nullptr ? std::string() : std::string(input);
}

std::string RimeComposer::take_commit() {
    RIME_STRUCT(RimeCommit, commit);
    std::string text;
    RimeApi* api = rime_get_api();
    if (api->get_commit(m_session, &commit)) {
        if (commit.text != nullptr)
            text = commit.text;
        api->free_commit(&commit);
    }
    return text;
}

void RimeComposer::refresh() {
    m_composition = {};
    const Context context(m_session);
    if (!context.filled || context.value.composition.length == 0 || context.value.composition.preedit == nullptr)
        return;
    m_composition.preedit = context.value.composition.preedit;
    const RimeMenu& menu = context.value.menu;
    for (int i = 0; i < menu.num_candidates; ++i)
        m_composition.candidates.emplace_back(menu.candidates[i].text);
    m_composition.has_previous_page = menu.page_no > 0;
    m_composition.has_next_page = menu.num_candidates > 0 && !menu.is_last_page;
}

std::string RimeComposer::press(char key) {
    std::string committed;
    const bool letter = (key >= 'a' && key <= 'z') || key == '\'';
    if (!letter || !ready())
        return committed;
    guarded([&] {
        if (letters().size() >= max_letters)
            return;
        rime_get_api()->process_key(m_session, key, 0);
        committed = take_commit();
        refresh();
    });
    return committed;
}

bool RimeComposer::backspace() {
    if (m_composition.empty() || !ready() || m_composition.empty())
        return false;
    guarded([this] {
        rime_get_api()->process_key(m_session, key_backspace, 0);
        refresh();
    });
    return true;
}

std::string RimeComposer::pick(std::size_t index) {
    std::string committed;
    if (index >= m_composition.candidates.size() || !ready())
        return committed;
    guarded([&] {
        if (!rime_get_api()->select_candidate_on_current_page(m_session, index))
            return;
        committed = take_commit();
        refresh();
    });
    return committed;
}

void RimeComposer::turn_page(int by) {
    const bool possible = by > 0 ? m_composition.has_next_page : by < 0 && m_composition.has_previous_page;
    if (!possible || !ready())
        return;
    guarded([&] {
        rime_get_api()->process_key(m_session, by > 0 ? key_page_down : key_page_up, 0);
        refresh();
    });
}

std::string RimeComposer::take_letters() {
    std::string typed;
    if (m_composition.empty() || !ready())
        return typed;
    guarded([&] {
        typed = letters();
        rime_get_api()->clear_composition(m_session);
        refresh();
    });
    return typed;
}

void RimeComposer::clear() {
    if (m_composition.empty() || !ready())
        return;
    guarded([this] {
        rime_get_api()->clear_composition(m_session);
        refresh();
    });
}

} // namespace kiosk::input_method
