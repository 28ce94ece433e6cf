// SPDX-License-Identifier: MIT
//
// Round-robin choice: the first requester behind the one granted last. Combinational but for that
// memory, which moves on when the grant is taken.

module rr_arbiter #(
  parameter int unsigned N = 3,
  localparam int unsigned IdW = (N > 1) ? $clog2(N) : 1
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic [N-1:0]   req_i,
  input  logic           take_i,
  output logic           any_o,
  output logic [IdW-1:0] grant_o
);
  logic [IdW-1:0] last_q;

  assign any_o = |req_i;

  always_comb begin : choose
    integer i;
    grant_o = '0;
    for (i = N - 1; i >= 0; i = i - 1) begin
      if (req_i[i]) grant_o = IdW'(i);
    end
    for (i = N - 1; i >= 0; i = i - 1) begin
      if (req_i[i] && IdW'(i) > last_q) grant_o = IdW'(i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_q <= '0;
    else if (take_i) last_q <= grant_o;
  end
endmodule
