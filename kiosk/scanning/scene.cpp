// SPDX-License-Identifier: Apache-2.0
#include "scanning/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <random>

#include <qrencode.h>

namespace kiosk::scanning {
namespace {

constexpr double quiet_modules = 4.0;

QRecLevel level_of(Correction correction) {
    switch (correction) {
    case Correction::Low:
        return QR_ECLEVEL_L;
    case Correction::Medium:
        return QR_ECLEVEL_M;
    case Correction::Quartile:
        return QR_ECLEVEL_Q;
    case Correction::High:
        return QR_ECLEVEL_H;
    }
    return QR_ECLEVEL_M;
}

// The card with the code on it, in modules from the code's centre.
class Card {
  public:
    Card(const Scene& scene, const Modules& code) : m_scene(scene), m_code(code) {
        m_half = code.side / 2.0;
        m_cos = std::cos(scene.turn);
        m_sin = std::sin(scene.turn);
        m_card = m_half + quiet_modules;
    }

    // Half the side of a square in the picture that holds the whole card.
    double reach_px() const {
        const double far = (m_card + (m_scene.phone ? 8 : 2)) * 1.5;
        return far * m_scene.module_px / std::max(0.4, 1.0 - std::abs(m_scene.tilt_x) - std::abs(m_scene.tilt_y));
    }

    // Grey level seen at a picture's point, or -1 where the card is not.
    double level(double px, double py) const {
        const double dx = (px - m_scene.centre_x) / m_scene.module_px, dy = (py - m_scene.centre_y) / m_scene.module_px;
        double x = dx * m_cos + dy * m_sin, y = -dx * m_sin + dy * m_cos;
        // Perspective: what is far is smaller.
        const double depth = 1.0 - (m_scene.tilt_x * x + m_scene.tilt_y * y) / (m_card * 2);
        if (depth < 0.2)
            return -1;
        x /= depth;
        y /= depth;
        if (m_scene.bend > 0) { // around a cylinder that stands upright
            const double radius = m_card / m_scene.bend;
            const double ratio = x / radius;
            if (std::abs(ratio) >= 0.99)
                return -1;
            y += (1.0 - std::sqrt(1.0 - ratio * ratio)) * radius * 0.25;
            x = radius * std::asin(ratio);
        }
        const double edge = std::max(std::abs(x), std::abs(y));
        if (edge > m_card) {
            if (m_scene.phone && std::abs(x) < m_card + 2 && std::abs(y) < m_card + 7)
                return std::abs(y) > m_card + 4 ? 18 : (std::abs(x) > m_card ? 18 : m_scene.light);
            return -1;
        }
        const bool dark = m_code.at(static_cast<int>(std::floor(x + m_half)), static_cast<int>(std::floor(y + m_half)));
        double level = dark != m_scene.inverted ? m_scene.dark : m_scene.light;
        if (m_scene.glare > 0) {
            const double gx = (x + m_half) / m_code.side - m_scene.glare_x,
                         gy = (y + m_half) / m_code.side - m_scene.glare_y;
            level += m_scene.glare * std::exp(-(gx * gx + gy * gy) / (m_scene.glare_size * m_scene.glare_size));
        }
        return level;
    }

  private:
    const Scene& m_scene;
    const Modules& m_code;
    double m_half = 0, m_card = 0, m_cos = 1, m_sin = 0;
};

void smear(GreyImage& picture, double length, double turn) {
    const int steps = std::max(2, static_cast<int>(std::ceil(length * 2)));
    GreyImage from = picture;
    std::vector<std::ptrdiff_t> taps;
    const int reach = static_cast<int>(std::ceil(length / 2)) + 1;
    for (int i = 0; i < steps; ++i) {
        const double at = (i / (steps - 1.0) - 0.5) * length;
        taps.push_back(std::lround(at * std::sin(turn)) * picture.width + std::lround(at * std::cos(turn)));
    }
    for (int y = reach; y < picture.height - reach; ++y)
        for (int x = reach; x < picture.width - reach; ++x) {
            const auto* centre = from.row(y) + x;
            int sum = 0;
            for (const auto tap : taps)
                sum += centre[tap];
            picture.row(y)[x] = static_cast<std::uint8_t>(sum / steps);
        }
}

// Gaussian by its weights, one direction after the other.
void defocus(GreyImage& picture, double sigma) {
    const int radius = std::max(1, static_cast<int>(std::ceil(sigma * 3)));
    std::vector<float> weights;
    float total = 0;
    for (int i = -radius; i <= radius; ++i)
        total += weights.emplace_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    for (float& weight : weights)
        weight /= total;
    const auto width = picture.width, height = picture.height;
    std::vector<float> middle(picture.pixels.size());
    for (int y = 0; y < height; ++y) {
        auto* out = middle.data() + static_cast<std::ptrdiff_t>(y) * width;
        for (int i = -radius; i <= radius; ++i) {
            const auto* in = picture.row(std::clamp(y + i, 0, height - 1));
            const float weight = weights[static_cast<std::size_t>(i + radius)];
            for (int x = 0; x < width; ++x)
                out[x] += weight * static_cast<float>(in[x]);
        }
    }
    std::vector<float> line(static_cast<std::size_t>(width + 2 * radius));
    std::vector<float> sum(static_cast<std::size_t>(width));
    for (int y = 0; y < height; ++y) {
        const auto* in = middle.data() + static_cast<std::ptrdiff_t>(y) * width;
        for (int x = -radius; x < width + radius; ++x)
            line[static_cast<std::size_t>(x + radius)] = in[std::clamp(x, 0, width - 1)];
        std::ranges::fill(sum, 0.5F);
        for (int i = 0; i <= 2 * radius; ++i)
            for (int x = 0; x < width; ++x)
                sum[static_cast<std::size_t>(x)] +=
                    weights[static_cast<std::size_t>(i)] * line[static_cast<std::size_t>(x + i)];
        for (int x = 0; x < width; ++x)
            picture.row(y)[x] = static_cast<std::uint8_t>(std::clamp(sum[static_cast<std::size_t>(x)], 0.0F, 255.0F));
    }
}

} // namespace

core::Result<Modules> encode_modules(const std::string& text, Correction correction) {
    const auto level = level_of(correction);
    std::unique_ptr<QRcode, decltype([](QRcode* code) { QRcode_free(code); })> code(
        QRcode_encodeString(text.c_str(), 0, level, QR_MODE_8, 1)); // digits and capitals are packed where they occur
    if (!code)
        return core::fail(core::ErrorCode::TooLarge, "error.code_too_long", std::to_string(text.size()));
    Modules modules;
    modules.side = code->width;
    modules.dark.reserve(static_cast<std::size_t>(code->width * code->width));
    for (int i = 0; i < code->width * code->width; ++i)
        modules.dark.push_back(code->data[i] & 1U);
    return modules;
}

void draw(const Scene& scene, const Modules* code, GreyImage& picture) {
    picture.resize(scene.width, scene.height);
    for (int y = 0; y < scene.height; ++y) {
        auto* row = picture.row(y);
        for (int x = 0; x < scene.width; ++x) // a wall with a lamp above and a table's edge
            row[x] = static_cast<std::uint8_t>(
                std::clamp(scene.background + (y < scene.height * 3 / 4 ? 25 - y * 50 / scene.height : -40), 0, 255));
    }
    if (code != nullptr) {
        const Card card(scene, *code);
        const double reach = card.reach_px();
        const int left = std::max(0, static_cast<int>(scene.centre_x - reach)),
                  right = std::min(scene.width, static_cast<int>(scene.centre_x + reach) + 1);
        const int top = std::max(0, static_cast<int>(scene.centre_y - reach)),
                  bottom = std::min(scene.height, static_cast<int>(scene.centre_y + reach) + 1);
        const int samples = scene.module_px < 4 ? 4 : 3;
        for (int y = top; y < bottom; ++y)
            for (int x = left; x < right; ++x) {
                double sum = 0;
                for (int sy = 0; sy < samples; ++sy)
                    for (int sx = 0; sx < samples; ++sx) {
                        const double level = card.level(x + (sx + 0.5) / samples, y + (sy + 0.5) / samples);
                        sum += level < 0 ? picture.row(y)[x] : level;
                    }
                picture.row(y)[x] = static_cast<std::uint8_t>(std::clamp(sum / (samples * samples), 0.0, 255.0));
            }
    }
    if (scene.moire > 0)
        for (int y = 0; y < scene.height; ++y)
            for (int x = 0; x < scene.width; ++x) {
                const double wave = std::sin(x * 1.9 + y * 0.35) + std::sin(y * 2.3 - x * 0.2);
                picture.row(y)[x] =
                    static_cast<std::uint8_t>(std::clamp(picture.row(y)[x] + scene.moire * 0.5 * wave, 0.0, 255.0));
            }
    if (scene.blur_px > 0)
        defocus(picture, scene.blur_px);
    if (scene.motion_px > 0)
        smear(picture, scene.motion_px, scene.motion_turn);
    if (scene.shadow > 0)
        for (int y = 0; y < scene.height; ++y)
            for (int x = 0; x < scene.width; ++x)
                picture.row(y)[x] =
                    static_cast<std::uint8_t>(picture.row(y)[x] * (1.0 - scene.shadow * x / scene.width));
    if (scene.noise > 0) {
        // A table of noise, entered at random places: a normal deviate for each pixel would take most of the time.
        std::minstd_rand random(scene.seed);
        std::normal_distribution<double> normal(0.0, scene.noise);
        std::array<int, 8'192> table{};
        for (int& value : table)
            value = static_cast<int>(std::lround(normal(random)));
        for (int y = 0; y < scene.height; ++y) {
            std::size_t at = random() % table.size();
            auto* row = picture.row(y);
            for (int x = 0; x < scene.width; ++x)
                row[x] = static_cast<std::uint8_t>(std::clamp(row[x] + table[(at += 7) % table.size()], 0, 255));
        }
    }
}

} // namespace kiosk::scanning
