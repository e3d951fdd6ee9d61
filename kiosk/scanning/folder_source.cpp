// SPDX-License-Identifier: Apache-2.0
#include "scanning/folder_source.hpp"

#include "scanning/descriptor.hpp"
#include "scanning/picture.hpp"
#include "scanning/preview.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace kiosk::scanning {
namespace {

namespace fs = std::filesystem;

class FolderSource final : public FrameSource {
  public:
    FolderSource(fs::path folder, std::vector<fs::path> files, double frames_per_second)
        : m_folder(std::move(folder)), m_files(std::move(files)),
          m_period_ms(static_cast<std::int64_t>(1'000.0 / frames_per_second)) {}

    core::Result<bool> next(Frame& frame, int timeout_ms) override {
        const auto now = monotonic_ms();
        if (const auto left = m_due_ms - now; left > 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(std::min<std::int64_t>(left, timeout_ms)));
            if (left > timeout_ms)
                return false;
        }
        m_due_ms = monotonic_ms() + m_period_ms;
        std::error_code error;
        if (!fs::is_directory(m_folder, error))
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", m_folder.string());
        const auto& file = m_files[m_index++ % m_files.size()];
        const auto picture = load_picture(file);
        if (!picture) // one bad picture is one missing frame; nothing but bad ones is no source
            return ++m_bad > m_files.size() ? core::Result<bool>(std::unexpected(picture.error())) : false;
        m_bad = 0;
        fill_frame(picture->view(), frame);
        frame.number = ++m_number;
        return true;
    }

  private:
    fs::path m_folder;
    std::vector<fs::path> m_files;
    std::int64_t m_period_ms;
    std::int64_t m_due_ms = 0;
    std::size_t m_index = 0;
    std::size_t m_bad = 0;
    std::uint64_t m_number = 0;
};

} // namespace

core::Result<std::unique_ptr<FrameSource>> open_folder(const fs::path& folder, double frames_per_second) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.is_regular_file(error) && files.size() < 100'000)
            files.push_back(entry.path());
    if (files.empty())
        return core::fail(core::ErrorCode::Unavailable, "error.source_lost", folder.string());
    std::ranges::sort(files);
    return std::make_unique<FolderSource>(folder, std::move(files), frames_per_second);
}

} // namespace kiosk::scanning
