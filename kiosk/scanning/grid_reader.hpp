// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads a code from its three finder patterns without making the picture black and white first. Purpose: bent,
// blurred and tiny codes, where a threshold for every pixel has lost what one for every module still has. The grid is
// laid by perspective, then its nodes move to where the modules' centres stand out most (paper bends, shirts fold);
// values are sampled in grey, blur is taken out between modules, and the error correction of ZXing does the rest.
// Ownership: owns its working memory. Threads: one at a time. Failure: nothing read is nullopt.
#include "scanning/finder.hpp"
#include "scanning/image.hpp"
#include "scanning/zxing.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace kiosk::scanning {

class GridReader {
  public:
    GridReader();
    ~GridReader();
    // The first code that one of the corners leads to. Times are of this thread's processor clock (thread_cpu_us): junk
    // is given up at `junk_us`, what is surely a code that only does not read yet at `deadline_us`.
    std::optional<EngineCode> read(GreyView picture, std::span<const Corner> corners, std::int64_t junk_us,
                                   std::int64_t deadline_us);

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace kiosk::scanning
