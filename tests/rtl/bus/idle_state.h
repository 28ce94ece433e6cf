// SPDX-License-Identifier: MIT
//
// Checks the meaning of idle_o (interfaces.md, section 1): a clock edge in a cycle in which idle_o
// is set changes no register. Compares the whole state of the Verilated model, byte by byte, with
// the clock low before and after the edge and the inputs held. A model that counts toggles (make
// coverage) keeps what it has seen of each signal among its state: there nothing is compared.
#pragma once

#include <check.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

template <typename Model> class IdleState
{
      public:
	// Gives the model one clock edge, from clock low to clock low.
	void clock(Model &model)
	{
		clock(model, model.rst_ni && !model.srst_i && model.idle_o);
	}

	// The same for a model without srst_i: the caller says whether it claims to be idle.
	void clock(Model &model, bool idle)
	{
		const auto *state = reinterpret_cast<const uint8_t *>(model.rootp);
		if (idle)
			before_.assign(state, state + sizeof(*model.rootp));
		model.clk_i = 1;
		model.eval();
		model.clk_i = 0;
		model.eval();
		if (!idle)
			return;
		cycles_held_++;
		if (counts_toggles_)
			return;
		if (memcmp(before_.data(), state, before_.size()) == 0)
			return;
		size_t i = 0;
		while (before_[i] == state[i])
			i++;
		ck_abort_msg("a register changed while idle: byte %zu of the model", i);
	}

	uint64_t cycles_held() const
	{
		return cycles_held_;
	}

      private:
	const bool counts_toggles_ = std::getenv("RINGSIDE_COVERAGE") != nullptr;
	uint64_t cycles_held_ = 0;
	std::vector<uint8_t> before_;
};
