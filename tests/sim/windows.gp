# SPDX-License-Identifier: MIT
# Congestion windows and round trips of two flows, an algorithm a row: make sim-plot gives folder and algorithms.
set terminal svg size 1200, 260 * words(algorithms) font "sans,12" background "white"
set output folder."/windows.svg"
set multiplot layout words(algorithms), 2
set xrange [0:40]
set yrange [0:*]
set key outside right
set grid
do for [ca in algorithms] {
	trace = folder."/".ca.".trace"
	do for [which in "3 4"] {
		set title ca.(which == 3 ? ": congestion window, segments" : ": smoothed round trip, ms")
		plot for [flow=0:1] trace using 1:($2 == flow ? column(int(which)) : NaN) with points pt 7 ps 0.3 title sprintf("flow %d", flow)
	}
}
