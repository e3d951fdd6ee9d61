// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every screen and state with fixed data. Purpose: what the golden pictures, the layout check and the frame benchmark
// draw. Ownership: values. Threads: any. All people and organisations are invented.
#include "app/view.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kiosk::golden {

struct Sample {
    std::string name; // of the picture
    app::View view;   // Chinese and light; the caller sets language and theme
    bool dark_too = false;
    bool minor = false; // a variation: checked at every size, its picture kept at the first only
};

std::vector<Sample> samples();

// A drawn stand-in for the camera's picture: somebody holds up a phone with a code.
class StillPreview final : public app::PreviewSource {
public:
    explicit StillPreview(bool code_found);
    std::shared_ptr<const app::PreviewFrame> newest() override { return m_frame; }

private:
    std::shared_ptr<const app::PreviewFrame> m_frame;
};

} // namespace kiosk::golden
