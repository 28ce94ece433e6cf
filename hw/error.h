/* SPDX-License-Identifier: MIT */
/* What goes wrong inside the platform: a negative errno, and one line that names the cure. */
#ifndef RINGSIDE_HW_ERROR_H
#define RINGSIDE_HW_ERROR_H

#include <stdexcept>
#include <string>

namespace ringside
{

class Error : public std::runtime_error
{
      public:
	Error(int code, const std::string &line) : std::runtime_error(line), code_(code)
	{
	}
	int code() const
	{
		return code_;
	}

      private:
	int code_;
};

} // namespace ringside
#endif
