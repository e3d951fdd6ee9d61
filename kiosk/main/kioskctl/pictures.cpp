// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/pictures.hpp"

#include "scanning/decoder.hpp"

namespace kioskctl {

kiosk::core::Result<ReadPicture> read_picture(const std::string& file) {
    KIOSK_TRY(auto picture, kiosk::scanning::decode_picture(file));
    return ReadPicture{std::move(picture.texts), picture.milliseconds};
}

kiosk::core::Result<std::vector<std::string>> texts_in_picture(const std::string& file) {
    KIOSK_TRY(auto picture, read_picture(file));
    return std::move(picture.texts);
}

} // namespace kioskctl
