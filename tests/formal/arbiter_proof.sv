// SPDX-License-Identifier: MIT
//
// rr_arbiter: a grant goes to one that asks, and one that keeps asking is passed over by each of the
// others at most once.

module arbiter_proof (
  input logic       clk_i,
  input logic       rst_ni,
  input logic [3:0] req_i,
  input logic       take_i
);
  localparam int unsigned N = 4;

  logic any, reset_q;
  logic [1:0] grant;

  rr_arbiter #(.N(N)) dut (.clk_i, .rst_ni, .req_i, .take_i, .any_o(any), .grant_o(grant));

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  // Whoever was granted while another asked, since that one began to ask: passed_q[waiting][granted].
  logic [N*N-1:0] passed_q;

  always_comb begin
    assume (rst_ni == reset_q);
    assume (!(take_i && !any));
    assert (any == (req_i != '0));
    if (any) assert (req_i[grant]);
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < N; i++) begin
      if (!rst_ni || !req_i[i] || (take_i && grant == 2'(i))) begin
        passed_q[N*i +: N] <= '0;
      end else if (take_i) begin
        assert (!passed_q[N*i + 32'(grant)]);
        passed_q[N*i + 32'(grant)] <= 1'b1;
      end
    end
  end
endmodule
