// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the files of the PostgreSQL store share. Purpose: the one place that includes libpqxx (6.4 on Debian 12, 7.10 on
// Debian 13) and knows their differences. Ownership: one Impl a store; connections are made when they are needed and
// dropped after any failure. Threads: write() one at a time (it locks), read() any; each connection is used by one at a
// time. Failure: libpqxx throws inside write() and read() only; they answer Result.
#include "hub/commit_plan.hpp"
#include "hub/store_postgres.hpp"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // what both versions have, 7.10 calls old
#include <pqxx/pqxx>

#include <atomic>
#include <mutex>
#include <thread>

namespace kiosk::sync::hub {

constexpr std::string_view postgres_channel = "xiangdao_hub"; // also the schema

inline std::int64_t as_bigint(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline std::uint64_t from_bigint(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// Can PostgreSQL hold it: UTF-8 without a zero byte?
bool is_text(std::string_view text);
// What it can't hold becomes a question mark.
std::string as_text(const std::string& text);
std::string bytea(std::string_view bytes); // as a parameter or in COPY
std::string unhex(std::string_view text);

void append_hex(std::string& out, std::string_view bytes);

// '{"6162",""}': any bytes as an array of hexadecimal texts.
class HexArray {
public:
    void add(std::string_view bytes) {
        m_text += m_text.size() == 1 ? "\"" : ",\"";
        append_hex(m_text, bytes);
        m_text += '"';
    }
    std::string text() const { return m_text + "}"; }

private:
    std::string m_text = "{";
};

// Rows of COPY; complete() must be called.
class Copy {
public:
#if PQXX_VERSION_MAJOR < 7
    Copy(pqxx::transaction_base& transaction, const char* table, std::initializer_list<std::string_view> columns)
        : m_stream(transaction, table, std::vector<std::string>(columns.begin(), columns.end())) {}
    template <typename... Fields> void row(const Fields&... fields) { m_stream << std::tie(fields...); }
#else
    Copy(pqxx::transaction_base& transaction, const char* table, std::initializer_list<std::string_view> columns)
        : m_stream(pqxx::stream_to::table(transaction, {table}, columns)) {}
    template <typename... Fields> void row(const Fields&... fields) { m_stream.write_values(fields...); }
#endif
    void complete() { m_stream.complete(); }

private:
    pqxx::stream_to m_stream;
};

std::string with_postgres_defaults(std::string url);
std::unique_ptr<pqxx::connection> connect_postgres(const std::string& url); // throws

struct PostgresFailure {
    core::Error error;
    bool broken = false; // the server is away or its connections are of no use any more
};
PostgresFailure to_failure(const std::exception& exception, const pqxx::connection* connection, const char* context);

// Wakes a thread that waits for a connection.
class WakePipe {
public:
    WakePipe();
    ~WakePipe();
    WakePipe(const WakePipe&) = delete;
    WakePipe& operator=(const WakePipe&) = delete;
    void wake();
    // Returns when woken, when the descriptor (−1: none) has something to read, or when the time is over.
    void wait(int descriptor, int timeout_ms) const;

private:
    int m_ends[2] = {-1, -1};
};

struct PostgresStore::Impl {
    std::string url;
    PostgresStoreOptions options;
    std::string own; // names this store in notifications

    std::mutex readers_mutex;
    std::vector<std::unique_ptr<pqxx::connection>> readers; // idle ones

    std::mutex writer_mutex;
    std::unique_ptr<pqxx::connection> writer;
    std::map<std::string, EventState> events;

    std::mutex hook_mutex;
    std::function<void()> hook;
    WakePipe stop;
    std::atomic<bool> stopping = false;
    std::thread listener;

    ~Impl() {
        stopping = true;
        stop.wake();
        if (listener.joinable())
            listener.join();
    }

    void drop_readers() {
        const std::lock_guard hold(readers_mutex);
        readers.clear();
    }

    // One transaction. `work` gets it and answers a Result; an error of its own rolls back as well.
    template <typename Work>
    auto write(const char* context, bool tell, Work&& work) -> std::invoke_result_t<Work, pqxx::transaction_base&> {
        const std::lock_guard hold(writer_mutex);
        try {
            if (!writer || !writer->is_open())
                writer = connect_postgres(url);
            pqxx::work transaction(*writer);
            auto result = work(transaction);
            if (result) {
                if (tell)
                    transaction.exec(notify());
                transaction.commit();
            } else {
                events.clear();
            }
            return result;
        } catch (const std::exception& exception) {
            auto failure = to_failure(exception, writer.get(), context);
            events.clear();
            writer.reset();
            if (failure.broken)
                drop_readers(); // they are of the same server
            return std::unexpected(std::move(failure.error));
        }
    }

    template <typename Work>
    auto read(const char* context, Work&& work) -> std::invoke_result_t<Work, pqxx::transaction_base&> {
        std::unique_ptr<pqxx::connection> reader;
        try {
            {
                const std::lock_guard hold(readers_mutex);
                if (!readers.empty()) {
                    reader = std::move(readers.back());
                    readers.pop_back();
                }
            }
            if (!reader || !reader->is_open())
                reader = connect_postgres(url);
            auto result = [&] {
                pqxx::nontransaction transaction(*reader);
                return work(transaction);
            }();
            const std::lock_guard hold(readers_mutex);
            readers.push_back(std::move(reader));
            return result;
        } catch (const std::exception& exception) {
            auto failure = to_failure(exception, reader.get(), context);
            if (failure.broken)
                drop_readers();
            return std::unexpected(std::move(failure.error));
        }
    }

    std::string notify() const { return "SELECT pg_notify('" + std::string(postgres_channel) + "', '" + own + "')"; }

    Status migrate();
    void lock_events(pqxx::transaction_base& transaction, std::span<const PushJob> jobs);
    void write_plan(pqxx::transaction_base& transaction, const Plan& plan);
    void write_personal(pqxx::transaction_base& transaction, const Plan& plan);
    void write_quarantine(pqxx::transaction_base& transaction, const Plan& plan);
    static std::int64_t lock_quarantine(pqxx::transaction_base& transaction);
    static void empty_quarantined(pqxx::transaction_base& transaction, std::uint64_t number, const std::string& raw);
    void listen();
};

} // namespace kiosk::sync::hub
