// SPDX-License-Identifier: MIT
//
// Between the engines and the wire: in loopback (82574 fact sheet 4.10: RCTL.LBM, or the PHY's BMCR.14)
// what transmit sends goes to receive and not to the wire, and what comes from the wire is thrown
// away. It switches between frames only, of both directions, so that nobody sees half of one.

module loopback #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned Lanes = DataW / 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             loop_i,
  output logic             looped_o,

  // Transmit.
  input  logic [DataW-1:0] tx_tdata_i,
  input  logic [Lanes-1:0] tx_tkeep_i,
  input  logic             tx_tlast_i,
  input  logic             tx_tuser_i,
  input  logic             tx_tvalid_i,
  output logic             tx_tready_o,

  // Receive.
  output logic [DataW-1:0] rx_tdata_o,
  output logic [Lanes-1:0] rx_tkeep_o,
  output logic             rx_tlast_o,
  output logic             rx_tuser_o,
  output logic             rx_tvalid_o,
  input  logic             rx_tready_i,

  // The wire; the data that leaves is transmit's.
  output logic             m_axis_tvalid_o,
  input  logic             m_axis_tready_i,
  input  logic [DataW-1:0] s_axis_tdata_i,
  input  logic [Lanes-1:0] s_axis_tkeep_i,
  input  logic             s_axis_tlast_i,
  input  logic             s_axis_tuser_i,
  input  logic             s_axis_tvalid_i,
  output logic             s_axis_tready_o,

  output logic             idle_o
);
  logic loop_q, out_mid_q, in_mid_q;
  logic out_clear, in_clear, turn;

  // Will the streams be between frames at the next edge? A beat on offer must stay where it is.
  assign out_clear = tx_tvalid_i ? tx_tready_o && tx_tlast_i : !out_mid_q;
  assign in_clear = s_axis_tvalid_i ? s_axis_tready_o && s_axis_tlast_i : !in_mid_q;
  assign turn = loop_i != loop_q && out_clear && in_clear;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      loop_q <= 1'b0;
      out_mid_q <= 1'b0;
      in_mid_q <= 1'b0;
    end else begin
      if (turn) loop_q <= loop_i;
      if (tx_tvalid_i && tx_tready_o) out_mid_q <= !tx_tlast_i;
      if (s_axis_tvalid_i && s_axis_tready_o) in_mid_q <= !s_axis_tlast_i;
    end
  end

  assign looped_o = loop_q;
  assign tx_tready_o = loop_q ? rx_tready_i : m_axis_tready_i;
  assign m_axis_tvalid_o = tx_tvalid_i && !loop_q;
  assign s_axis_tready_o = loop_q || rx_tready_i;

  always_comb begin
    rx_tdata_o = s_axis_tdata_i;
    rx_tkeep_o = s_axis_tkeep_i;
    rx_tlast_o = s_axis_tlast_i;
    rx_tuser_o = s_axis_tuser_i;
    rx_tvalid_o = s_axis_tvalid_i;
    if (loop_q) begin
      rx_tdata_o = tx_tdata_i;
      rx_tkeep_o = tx_tkeep_i;
      rx_tlast_o = tx_tlast_i;
      rx_tuser_o = tx_tuser_i;
      rx_tvalid_o = tx_tvalid_i;
    end
  end

  assign idle_o = !turn && !(loop_q && s_axis_tvalid_i);
endmodule
