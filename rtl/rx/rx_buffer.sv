// SPDX-License-Identifier: MIT
//
// Memory between wire and host: words of one beat, one write and one read port. The read word
// appears one cycle after its address and stays until the next read.

module rx_buffer #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned Words = 1024,
  localparam int unsigned AddrW = $clog2(Words)
) (
  input  logic             clk_i,
  input  logic             we_i,
  input  logic [AddrW-1:0] waddr_i,
  input  logic             wzero_i,  // writes zeros
  input  logic [DataW-1:0]     wdata_i,
  input  logic             re_i,
  input  logic [AddrW-1:0] raddr_i,
  output logic [DataW-1:0]     rdata_o
);
  logic [DataW-1:0] mem_q [Words];
  logic [DataW-1:0] rdata_q;

  always_ff @(posedge clk_i) begin
    if (we_i) begin
      if (wzero_i) mem_q[waddr_i] <= '0;
      else mem_q[waddr_i] <= wdata_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_q <= mem_q[raddr_i];
  end

  assign rdata_o = rdata_q;
endmodule
