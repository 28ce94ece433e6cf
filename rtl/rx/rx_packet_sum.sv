// SPDX-License-Identifier: MIT
//
// The packet checksum of a received frame (fact sheet 5.4): the one's-complement sum (RFC 1071) from byte
// RXCSUM.PCSS of what is delivered to its end, without FCS, not inverted. With RXCSUM.IPPCSE and a PCSS of
// 0, of a fragment of UDP over IPv4 that of its IP payload, so that software adds up fragments.
//
// Lanes are added in the byte order in which they come, as in rx_parse.sv; a sum that began at an even
// byte has its bytes swapped in the end. Padding and what lies behind the frame are zeros, a VLAN tag that
// is stripped is left out. Nothing changes and nothing is evaluated while `on_i` is 0.

module rx_packet_sum #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned OffW = $clog2(DataW / 8)
) (
  input  logic         clk_i,
  input  logic         on_i,
  input  logic [7:0]   pcss_i,

  // A beat that is stored.
  input  logic         accept_i,
  input  logic         first_i,
  input  logic [DataW-1:0] beat_i,
  input  logic [14-OffW:0] beat_index_i,
  input  logic         strip_i,        // of the frame: its VLAN tag, at byte 12
  input  logic         payload_only_i, // of the frame: bytes between these two
  input  logic [16:0]  payload_at_i,
  input  logic [16:0]  payload_end_i,

  // The cycle after the last beat.
  input  logic         finish_i,
  output logic [15:0]  sum_o           // upper byte: first on the wire
);
  localparam int unsigned BeatNoW = 17 - OffW, SumW = 32 + $clog2(DataW / 32), TotalW = 48;
  localparam logic [7:0] TagAt = 8'd12;

  logic [TotalW-1:0] sum_q;
  logic odd_q;

  function automatic logic [SumW-1:0] sum_words(input logic [DataW-1:0] words);
    integer i;
    sum_words = '0;
    for (i = 0; i < DataW / 32; i = i + 1) sum_words = sum_words + SumW'(words[32*i +: 32]);
  endfunction

  // The bytes of a beat that count: from `from` on, before `to`, without the tag.
  function automatic logic [DataW-1:0] counted(input logic [DataW-1:0] words, input logic [BeatNoW-1:0] beat_no,
                                               input logic [16:0] from, input logic [16:0] to, input logic no_tag);
    counted = words;
    if (from[16:OffW] > beat_no || to[16:OffW] < beat_no) counted = '0;
    if (from[16:OffW] == beat_no) counted = counted & ({DataW{1'b1}} << {from[OffW-1:0], 3'b000});
    if (to[16:OffW] == beat_no) counted = counted & ~({DataW{1'b1}} << {to[OffW-1:0], 3'b000});
    if (no_tag) counted[8*TagAt +: 32] = '0;
  endfunction

  logic [16:0] from, to;

  always_comb begin
    from = '0;
    to = '1;
    if (on_i && accept_i) begin
      if (payload_only_i) begin
        from = payload_at_i;
        to = payload_end_i;
      end else begin
        from = 17'(pcss_i) + (strip_i && pcss_i >= TagAt ? 17'd4 : 17'd0);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (on_i && accept_i) begin
      sum_q <= (first_i ? '0 : sum_q) +
               TotalW'(sum_words(counted(beat_i, BeatNoW'(beat_index_i), from, to,
                                         strip_i && first_i && !payload_only_i)));
      odd_q <= from[0];
    end
  end

  function automatic logic [15:0] folded(input logic [TotalW-1:0] s);
    logic [17:0] a;
    logic [16:0] b;
    a = 18'(s[15:0]) + 18'(s[31:16]) + 18'(s[47:32]);
    b = 17'(a[15:0]) + 17'(a[17:16]);
    folded = b[15:0] + 16'(b[16]);
  endfunction

  logic [15:0] lanes;

  always_comb begin
    lanes = '0;
    if (on_i && finish_i) lanes = folded(sum_q);
  end
  assign sum_o = odd_q ? lanes : {lanes[7:0], lanes[15:8]};
endmodule
