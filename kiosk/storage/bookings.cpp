// SPDX-License-Identifier: Apache-2.0
#include "storage/database.hpp"

namespace kiosk::storage {

core::Result<std::vector<core::Booking>> Database::bookings() { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Booking>>>())>{}; }
core::Result<std::optional<core::Booking>> Database::booking(std::string_view ) { return std::optional<core::Booking>{}; }
core::Result<std::vector<core::Booking>> Database::bookings_of(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Booking>>>())>{}; }
core::Result<std::vector<core::Booking>> Database::bookings_at(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Booking>>>())>{}; }
core::Result<std::vector<core::Booking>> Database::pending_bookings() { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Booking>>>())>{}; }
core::Result<std::vector<core::Lease>> Database::leases() { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Lease>>>())>{}; }
core::Status Database::change_leases(std::span<const core::Lease> , std::span<const std::string> ) { return core::Status{}; }
core::Result<std::uint64_t> Database::last_booking_seq() { return std::uint64_t{0}; }
core::Result<std::uint64_t> Database::feed_after() { return std::uint64_t{0}; }
core::Result<std::vector<core::PrivateSession>> Database::private_sessions() { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::PrivateSession>>>())>{}; }
core::Result<std::vector<core::StoredSessionAct>> Database::session_acts(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::StoredSessionAct>>>())>{}; }
core::Result<std::vector<core::Invitation>> Database::invitations(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Invitation>>>())>{}; }
core::Result<std::vector<core::Invitation>> Database::invitations_of(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Invitation>>>())>{}; }
core::Result<std::vector<core::OrganisationQuota>> Database::quotas(std::string_view ) { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::OrganisationQuota>>>())>{}; }

} // namespace kiosk::storage
