# SPDX-License-Identifier: MIT
# Congestion windows in time, an algorithm a row: alone, Linux's and ours each on a wire of its own; and both on one.
# make bench-congestion gives folder and algorithms.
set terminal svg size 1200, 260 * words(algorithms) font "sans,12" background "white"
set output folder."/congestion.svg"
set multiplot layout words(algorithms), 2
set yrange [0:*]
set key outside right
set grid
set xlabel "s"
do for [ca in algorithms] {
	alone = folder."/alone-".ca."-100-"
	both = folder."/fairness-".ca."-2-both.trace"
	set title ca.": congestion window alone, segments"
	plot alone."linux.trace" using 1:3 with lines title "Linux", alone."ours.trace" using 1:3 with lines title "ours"
	set title ca.": both on one wire"
	plot both using 1:($2 == 0 ? $3 : NaN) with lines title "Linux", both using 1:($2 == 1 ? $3 : NaN) with lines title "ours"
}
